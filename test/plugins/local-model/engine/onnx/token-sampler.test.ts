import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { TokenSampler } from '../../../../../plugins/local-model/engine/onnx/token-sampler.ts';

const PLAIN = { temperature: 1, topP: 1, topK: 0, minP: 0, seed: 7 };
const logitsOf = (values: readonly number[]) => Float32Array.from(values);
const logits = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 40 }).map(logitsOf);

const penaltiesOf = (change: object) => ({ repeat: 1, frequency: 0, presence: 0, ...change });

function drawn(sampler: TokenSampler, scores: Float32Array, times: number): number[] {
  return Array.from({ length: times }, () => sampler.choose(scores));
}

describe('the choice of a token', () => {
  test('is the likeliest at temperature 0, and with one candidate at any temperature', () => {
    fc.assert(
      fc.property(logits, fc.integer(), (scores, seed) => {
        const best = Math.max(...scores);
        const strict = new TokenSampler({ ...PLAIN, temperature: 0, seed }).choose(scores);
        const single = new TokenSampler({ ...PLAIN, topK: 1, seed }).choose(scores);
        expect([scores[strict], scores[single]]).toEqual([best, best]);
      }),
    );
  });

  test('is the same for the same seed, and not always for another', () => {
    const even = logitsOf(Array.from({ length: 50 }, () => 1));
    const of = (seed: number): number[] => drawn(new TokenSampler({ ...PLAIN, seed }), even, 20);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  test('never leaves the candidates that top_k, top_p and min_p allow', () => {
    fc.assert(
      fc.property(
        logits,
        fc.integer(),
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (scores, seed, topK, share) => {
          const token = new TokenSampler({ ...PLAIN, seed, topK, topP: share, minP: share }).choose(scores);
          const chosen = scores[token]!;
          const better = [...scores].filter((score) => score > chosen);
          const best = Math.max(...scores);
          expect(better.length).toBeLessThan(topK);
          expect(Math.exp(chosen - best)).toBeGreaterThanOrEqual(chosen === best ? 0 : share - 1e-6);
        },
      ),
    );
  });

  test('takes the fewest tokens that make up the share of top_p', () => {
    // 0.6, 0.3 and 0.1 of the whole.
    const scores = logitsOf([0.6, 0.3, 0.1].map(Math.log));
    const seen = (topP: number) => new Set(drawn(new TokenSampler({ ...PLAIN, topP }), scores, 300));
    expect(seen(0.5)).toEqual(new Set([0]));
    expect(seen(0.8)).toEqual(new Set([0, 1]));
    expect(seen(1)).toEqual(new Set([0, 1, 2]));
  });

  test('draws tokens about as often as they are likely', () => {
    const scores = logitsOf([0.75, 0.25].map(Math.log));
    const ones = drawn(new TokenSampler(PLAIN), scores, 4_000).filter((token) => token === 1).length;
    expect(ones / 4_000).toBeCloseTo(0.25, 1);
  });

  test('turns away from what it chose before under penalties', () => {
    const strict = { ...PLAIN, temperature: 0 };
    const scores = logitsOf([5, 4.5, 1]);
    expect(drawn(new TokenSampler(strict), scores, 3)).toEqual([0, 0, 0]);
    const present = new TokenSampler({ ...strict, penalties: penaltiesOf({ presence: 1 }) });
    expect(drawn(present, scores, 3)).toEqual([0, 1, 0]);
    const repeated = new TokenSampler({ ...strict, penalties: penaltiesOf({ repeat: 10 }) });
    expect(drawn(repeated, scores, 3)).toEqual([0, 1, 2]);
    const frequent = new TokenSampler({ ...strict, penalties: penaltiesOf({ frequency: 1 }) });
    expect(drawn(frequent, scores, 4)).toEqual([0, 1, 0, 1]);
  });
});
