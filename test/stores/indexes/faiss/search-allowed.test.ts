import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { lastOfEach } from '../../../../src/stores/indexes/faiss/check-batch.ts';
import { RowTable } from '../../../../src/stores/indexes/faiss/row-table.ts';
import { searchAllowed } from '../../../../src/stores/indexes/faiss/search-allowed.ts';

const rowSets = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 60 });

describe('a search among allowed rows', () => {
  test('finds the same as looking at everything, whatever is allowed', async () => {
    await fc.assert(
      fc.asyncProperty(rowSets, rowSets, fc.integer({ min: 1, max: 20 }), async (rows, allowed, k) => {
        const table = new RowTable(Uint32Array.from(rows));
        // The earlier a row came, the nearer it is.
        const hits = rows.map((row, at) => ({ row, score: -at }));
        const ask = (wanted: number): Promise<typeof hits> => Promise.resolve(hits.slice(0, wanted));
        const request = { k, count: rows.length, table, allowed: Uint32Array.from(allowed) };
        const found = await searchAllowed(ask, request);
        const expected = hits.filter(({ row }) => allowed.includes(row)).slice(0, k);
        expect(found.slice(0, k)).toEqual(expected);
      }),
    );
  });

  test('asks for few where many are allowed, and for nothing where none is there', async () => {
    const asked: number[] = [];
    const ask = (wanted: number): Promise<{ row: number; score: number }[]> => {
      asked.push(wanted);
      return Promise.resolve(Array.from({ length: wanted }, (_, row) => ({ row, score: 1 })));
    };
    const rows = Uint32Array.from({ length: 1_000 }, (_, row) => row);
    const table = new RowTable(rows);
    await searchAllowed(ask, { k: 5, count: 1_000, table, allowed: rows.filter((row) => row % 2 === 0) });
    await searchAllowed(ask, { k: 5, count: 1_000, table, allowed: Uint32Array.of(5_000) });
    expect(asked).toEqual([20]);
  });
});

describe('the rows of positions', () => {
  test('follow what faiss does on adding and removing', () => {
    fc.assert(
      fc.property(rowSets, rowSets, rowSets, (first, gone, later) => {
        const table = new RowTable();
        table.append(Uint32Array.from(first));
        table.remove(table.positionsOf(Uint32Array.from(gone)));
        table.append(Uint32Array.from(later));
        expect([...table.rows]).toEqual([...first.filter((row) => !gone.includes(row)), ...later]);
      }),
    );
  });
});

test('a row that comes twice in a batch counts as it came last', () => {
  const batch = { rows: Uint32Array.of(4, 9, 4), vectors: Float32Array.of(1, 1, 2, 2, 3, 3) };
  expect(lastOfEach(batch, 2)).toEqual({ rows: Uint32Array.of(4, 9), vectors: Float32Array.of(3, 3, 2, 2) });
});
