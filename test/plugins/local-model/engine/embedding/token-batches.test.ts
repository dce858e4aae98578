import { describe, expect, test } from '@jest/globals';
import { batchByLength, padBatch } from '../../../../../plugins/local-model/engine/embedding/token-batches.ts';

function textsOf(...lengths: readonly number[]) {
  return lengths.map((length, index) => ({ index, ids: Array.from({ length }, (_, place) => place + 1) }));
}

describe('batches of texts', () => {
  test('hold each text once, texts of like length together, eight at most', () => {
    const batches = batchByLength(textsOf(...Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 5 : 50))));
    expect(batches.map((batch) => batch.length)).toEqual([8, 8, 4]);
    expect(batches[0]?.map(({ ids }) => ids.length)).toEqual(Array.from({ length: 8 }, () => 50));
    const places = batches.flat().map(({ index }) => index);
    expect(places.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test('stay small in tokens, padding included, but take a text that is larger alone', () => {
    expect(batchByLength(textsOf(256, 256, 256)).map((batch) => batch.length)).toEqual([2, 1]);
    expect(batchByLength(textsOf(5_000, 1)).map((batch) => batch.length)).toEqual([1, 1]);
    expect(batchByLength([])).toEqual([]);
  });

  test('are padded to their longest text, which the mask tells', () => {
    const { ids, mask, shape } = padBatch(textsOf(3, 1), 9);
    expect({ ids: [...ids], mask: [...mask], shape }).toEqual({
      ids: [1n, 2n, 3n, 1n, 9n, 9n],
      mask: [1n, 1n, 1n, 1n, 0n, 0n],
      shape: [2, 3],
    });
  });
});
