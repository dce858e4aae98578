import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { backgroundOf, rankSpaces } from '../../../src/stores/search/rank-spaces.ts';
import type { SpaceRanking } from '../../../src/stores/search/rank-spaces.ts';

/** Lifts of passages that answer a question, and of those that do not. */
const RELEVANT = { min: 0.35, max: 0.9, noNaN: true };
const IRRELEVANT = { min: -0.1, max: 0.2, noNaN: true };

/** Passages of one space: so many that answer, so many that do not, with cosines as its model makes them. */
function space(
  spaceId: string,
  firstRow: number,
  counts: { readonly relevant: number; readonly other: number },
): fc.Arbitrary<SpaceRanking> {
  const { relevant, other } = counts;
  return fc
    .record({
      // Of unrelated texts: 0 in some models, 0.8 in others.
      background: fc.double({ min: 0, max: 0.8, noNaN: true }),
      good: fc.array(fc.double(RELEVANT), { minLength: relevant, maxLength: relevant }),
      poor: fc.array(fc.double(IRRELEVANT), { minLength: other, maxLength: other }),
    })
    .map(({ background, good, poor }) => {
      const lifts = [...good, ...poor].map((lift, at) => ({ lift, row: firstRow + at }));
      const rows = lifts
        .toSorted((one, two) => two.lift - one.lift)
        .map(({ lift, row }) => ({ row, score: background + lift * (1 - background) }));
      return { spaceId, rows, background };
    });
}

function order(spaces: readonly SpaceRanking[]): readonly number[] {
  return [...rankSpaces(spaces).keys()];
}

/** A vector of length 1 with this cosine to the first axis. */
function vectorAt(cosine: number): readonly number[] {
  return [cosine, Math.sqrt(1 - cosine ** 2)];
}

describe('ranking passages of several spaces', () => {
  test('finds the one passage that answers in either of them, whatever their sizes and models', () => {
    const cases = [
      [
        { relevant: 1, other: 9 },
        { relevant: 0, other: 64 },
      ],
      [
        { relevant: 0, other: 10 },
        { relevant: 1, other: 63 },
      ],
      [
        { relevant: 1, other: 0 },
        { relevant: 0, other: 64 },
      ],
    ] as const;
    for (const [few, many] of cases) {
      fc.assert(
        fc.property(space('few', 1, few), space('many', 1_001, many), (one, other) => {
          expect(order([other, one])[0]).toBe(few.relevant === 1 ? 1 : 1_001);
        }),
        { numRuns: 50 },
      );
    }
  });

  test('lets ten passages that answer nothing take one of ten places from those that do, in both directions', () => {
    const poor = { relevant: 0, other: 10 };
    const good = { relevant: 12, other: 52 };
    for (const [few, many, isGood] of [
      [poor, good, (row: number) => row > 1_000],
      [{ relevant: 10, other: 0 }, { relevant: 0, other: 64 }, (row: number) => row < 1_000],
    ] as const) {
      fc.assert(
        fc.property(space('few', 1, few), space('many', 1_001, many), (one, other) => {
          const first = order([other, one]).slice(0, 10);
          expect(first.filter(isGood).length).toBeGreaterThanOrEqual(9);
          expect(first.slice(0, 2).every(isGood)).toBe(true);
        }),
        { numRuns: 50 },
      );
    }
  });

  test('finds the best of each space within the first places even where the scale of its model is wrong', () => {
    const wrong = fc.double({ min: -0.5, max: 0.95, noNaN: true });
    const counts = { relevant: 3, other: 20 };
    fc.assert(
      fc.property(space('a', 1, counts), space('b', 101, counts), wrong, wrong, (one, other, first, second) => {
        const spaces = [
          { ...one, background: first },
          { ...other, background: second },
        ];
        const found = order(spaces).slice(0, 3);
        expect(found).toContain(one.rows[0]!.row);
        expect(found).toContain(other.rows[0]!.row);
      }),
    );
  });

  test('keeps the order of each space, names every passage once, and counts places from 1', () => {
    const counts = { relevant: 4, other: 12 };
    fc.assert(
      fc.property(space('a', 1, counts), space('b', 101, counts), space('c', 201, counts), (...spaces) => {
        const ranked = rankSpaces(spaces);
        expect([...ranked.values()].map(({ rank }) => rank)).toEqual(Array.from({ length: 48 }, (_, at) => at + 1));
        for (const { spaceId, rows } of spaces) {
          const own = [...ranked].filter(([, part]) => part.spaceId === spaceId).map(([row]) => row);
          expect(own).toEqual(rows.map(({ row }) => row));
        }
      }),
    );
  });

  test('leaves the one space of a store as it is', () => {
    const rows = [3, 1, 2].map((row, at) => ({ row, score: 0.9 - at / 10 }));
    expect(order([{ spaceId: 'a', rows }])).toEqual([3, 1, 2]);
  });
});

test('the background of a question is the mean of its cosines with the canaries and a quarter of their standard deviation', () => {
  const question = Float32Array.of(1, 0);
  const deviation = Math.sqrt(((1 - 8 / 15) ** 2 + (8 / 15) ** 2 + (0.6 - 8 / 15) ** 2) / 3);
  expect(backgroundOf(question, Float32Array.of(2, 0, 0, 3, 3, 4))).toBeCloseTo(8 / 15 + deviation / 4, 6);
  expect(backgroundOf(question, Float32Array.of(2, 0, 0, 0))).toBe(1);
  expect(backgroundOf(question, new Float32Array())).toBe(0);
});

test('a model that is near to everything at random does not come before what a model answers that is not', () => {
  const question = Float32Array.of(1, 0);
  const steady = Float32Array.from([0, 0.05, -0.05, 0.02].flatMap(vectorAt));
  const scattered = Float32Array.from([0.2, 0.8, 0.3, 0.7].flatMap(vectorAt));
  const ranking = (spaceId: string, firstRow: number, cosines: readonly number[], canaries: Float32Array) => ({
    spaceId,
    rows: cosines.map((score, index) => ({ row: firstRow + index, score })),
    background: backgroundOf(question, canaries),
  });
  const answers = ranking('steady', 1, [0.5, 0.45, 0.4], steady);
  const noise = ranking('scattered', 101, [0.775, 0.77, 0.76], scattered);
  expect(order([noise, answers])[0]).toBe(1);
});
