import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Token } from 'node-llama-cpp';
import { nameLikelihoods } from '../../../../../../plugins/local-model/engine/child/calls/name-likelihoods.ts';
import { playedNext, tokensOf, type Chances } from './played-next.ts';

const named = (names: readonly string[]): (readonly Token[])[] => names.map((name) => tokensOf(`${name}",`));

describe('the likelihoods of names', () => {
  test('are those of the tokens in which the names part', async () => {
    const shared = { s: 0.5, r: 0.1, e: 1, t: 1, _: 1 };
    const next = playedNext((made): Chances => (made === 'set_' ? { l: 0.2, h: 0.8 } : shared));
    const found = await nameLikelihoods([], named(['set_light', 'set_heating', 'read']), next);
    expect(found.map((value) => Number(Math.exp(value).toFixed(6)))).toEqual([0.1, 0.4, 0.1]);
  });

  test('take one evaluation where the first token tells all names apart, however many there are', async () => {
    const next = playedNext(() => ({ a: 0.9 }));
    await nameLikelihoods([], named(['alpha', 'beta', 'gamma', 'delta']), next);
    expect(next.asked).toEqual(['']);
  });

  test('do not follow names that are out of the race', async () => {
    const next = playedNext((made): Chances => (made === '' ? { a: 0.9, s: 1e-8 } : {}));
    const found = await nameLikelihoods([], named(['alpha', 'set_one', 'set_two']), next);
    expect(next.asked).toEqual(['']);
    expect(found[1]).toBeLessThan(found[0]! - 14);
  });

  test('tell a name from one that it begins, and take the first of two that are equal', async () => {
    const next = playedNext((made): Chances => (made === 'get' ? { '"': 0.9, _: 0.1 } : { g: 1, e: 1, t: 1, ',': 1 }));
    const [short, long, again] = await nameLikelihoods([], named(['get', 'get_all', 'get']), next);
    expect(Math.exp(short!)).toBeCloseTo(0.9);
    expect(Math.exp(long!)).toBeCloseTo(0.1);
    expect(again).toBe(-Infinity);
  });

  test('never add up to more than one', async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[ab_]{1,4}$/), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(names, async (given) => {
        const next = playedNext(() => ({ a: 0.4, b: 0.3, _: 0.2, '"': 0.1 }));
        const found = await nameLikelihoods([], named(given), next);
        const total = found.reduce((sum, value) => sum + Math.exp(value), 0);
        expect(total).toBeLessThanOrEqual(1 + 1e-9);
        expect(found.every((value) => value > -Infinity)).toBe(true);
      }),
    );
  });
});
