import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { mergeRanks } from '../../../src/stores/search/merge-ranks.ts';
import type { RankedRow } from '../../../src/stores/search/merge-ranks.ts';

const ranking: fc.Arbitrary<readonly RankedRow[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 12 })
  .map((rows) => rows.map((row, at) => ({ row, score: 1 - at / 20 })));

const one = (row: number): readonly RankedRow[] => [{ row, score: 1 }];

describe('merging ranks', () => {
  test('puts what both rankings have before what only one has at the same place', () => {
    const vector = [
      { row: 1, score: 0.9 },
      { row: 2, score: 0.8 },
    ];
    const text = [
      { row: 3, score: 7 },
      { row: 2, score: 5 },
    ];
    const merged = mergeRanks({ spaces: [{ spaceId: 's', rows: vector }], text });
    expect(merged.map(({ row }) => row)).toEqual([2, 1, 3]);
    expect(merged[0]).toEqual({
      row: 2,
      score: 1 / 62 + 1 / 62,
      parts: { vector: { rank: 2, score: 0.8, spaceId: 's' }, text: { rank: 2, score: 5 } },
    });
  });

  test('counts a rare word as much as meaning, and any word less than either', () => {
    const merged = mergeRanks({ spaces: [{ spaceId: 's', rows: one(1) }], text: one(2), rare: one(3) });
    expect(merged.map(({ row }) => row)).toEqual([1, 3, 2]);
    expect(merged.map(({ score }) => score * 61)).toEqual([1, 1, expect.closeTo(0.3, 12)]);
    expect(merged[1]?.parts).toEqual({ rare: { rank: 1, score: 1 } });
  });

  test('takes the better place of a passage that two spaces found, and counts it once', () => {
    const spaces = [
      { spaceId: 'a', rows: [{ row: 1, score: 0.2 }] },
      {
        spaceId: 'b',
        rows: [
          { row: 9, score: 0.99 },
          { row: 1, score: 0.98 },
        ],
      },
    ];
    const merged = mergeRanks({ spaces, text: [] });
    expect(merged.map(({ row, score }) => [row, score])).toEqual([
      [9, 1 / 61],
      [1, 1 / 62],
    ]);
    expect(merged[1]?.parts.vector).toEqual({ rank: 2, score: 0.98, spaceId: 'b' });
  });

  test('holds every row of every ranking once, in falling order, with the score of its parts', () => {
    fc.assert(
      fc.property(ranking, ranking, ranking, (first, second, text) => {
        const spaces = [
          { spaceId: 'a', rows: first },
          { spaceId: 'b', rows: second },
        ];
        const merged = mergeRanks({ spaces, text });
        const rows = new Set([...first, ...second, ...text].map(({ row }) => row));
        expect(new Set(merged.map(({ row }) => row))).toEqual(rows);
        expect(merged).toHaveLength(rows.size);
        merged.forEach(({ score, parts }, at) => {
          expect(score).toBeLessThanOrEqual(merged[at - 1]?.score ?? 1);
          const sum = [parts.vector, parts.text].reduce((all, part) => all + (part ? 1 / (60 + part.rank) : 0), 0);
          expect(score).toBeCloseTo(sum, 12);
        });
      }),
    );
  });
});
