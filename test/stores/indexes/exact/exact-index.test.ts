import { expect, test } from '@jest/globals';
import { openVectorIndex } from '../../../../src/stores/indexes/exact/exact-index.ts';
import { describeVectorIndex } from '../../../contracts/vector-index.ts';

describeVectorIndex('exact', openVectorIndex, { isExact: true });

const NEVER = new AbortController().signal;

function seededVectors(rows: number, dimensions: number): Float32Array {
  let state = 12_345;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const vectors = new Float32Array(rows * dimensions).map(next);
  for (let row = 0; row < rows; row += 1) {
    const part = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    const norm = Math.hypot(...part);
    part.forEach((value, at) => (part[at] = value / norm));
  }
  return vectors;
}

test('an index that is scanned by several threads gives what one thread gives', async () => {
  const [rows, dimensions] = [12_000, 19];
  const vectors = seededVectors(rows, dimensions);
  const index = await openVectorIndex({ spaceId: 'space', dimensions, path: '/nowhere/space' });
  try {
    await index.build([{ rows: Uint32Array.from({ length: rows }, (_, at) => at + 1), vectors }], NEVER);
    const query = vectors.slice(5_000 * dimensions, 5_001 * dimensions);
    const score = (row: number): number =>
      query.reduce((sum, value, at) => sum + value * vectors[(row - 1) * dimensions + at]!, 0);
    const expected = Array.from({ length: rows }, (_, at) => at + 1).sort((left, right) => score(right) - score(left));
    const hits = await index.search(query, 20, NEVER);
    expect(hits.map(({ row }) => row)).toEqual(expected.slice(0, 20));
    const even = Uint32Array.from({ length: rows / 2 }, (_, at) => at * 2 + 2);
    const among = await index.search(query, 20, NEVER, even);
    expect(among.map(({ row }) => row)).toEqual(expected.filter((row) => row % 2 === 0).slice(0, 20));
  } finally {
    await index.close();
  }
});
