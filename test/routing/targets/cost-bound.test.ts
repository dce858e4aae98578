import { describe, expect, test } from '@jest/globals';
import type { Price } from '../../../src/contracts/models/model-info.ts';
import { costOfUsage, costUpperBoundUsd, pricesAsOf } from '../../../src/routing/targets/cost-bound.ts';

const PRICES: readonly Price[] = [
  { unit: 'input-token', quantity: 1_000_000, usd: 2, asOf: '2026-03-01' },
  { unit: 'output-token', quantity: 1_000_000, usd: 8, asOf: '2026-02-01' },
  { unit: 'call', quantity: 1_000, usd: 5 },
];
const CACHED: Price = { unit: 'cached-input-token', quantity: 1_000_000, usd: 0.5 };
const USAGE = { inputTokens: 1_000, outputTokens: 500, isEstimated: false };
const BOUND = { inputTokens: 1_000, outputTokens: 500 };

describe('what a call costs', () => {
  test('is at most its input and its output at their prices, and the price of the call', () => {
    expect(costUpperBoundUsd(PRICES, 'cloud', BOUND)).toBeCloseTo(0.002 + 0.004 + 0.005, 12);
    const dearWhenKept = [...PRICES, { ...CACHED, usd: 3 }];
    expect(costUpperBoundUsd(dearWhenKept, 'cloud', BOUND)).toBeCloseTo(0.003 + 0.004 + 0.005, 12);
  });

  test('is what each token and the call did cost, and never above the bound', () => {
    const spent = costOfUsage(PRICES, 'cloud', USAGE);
    expect(spent).toBeCloseTo(0.002 + 0.004 + 0.005, 12);
    expect(spent).toBeLessThanOrEqual(costUpperBoundUsd(PRICES, 'cloud', BOUND) ?? 0);
  });

  test('counts what the provider had kept at its own price, where it has one', () => {
    const usage = { ...USAGE, cachedInputTokens: 400 };
    expect(costOfUsage([...PRICES, CACHED], 'cloud', usage)).toBeCloseTo(0.0012 + 0.0002 + 0.004 + 0.005, 12);
    expect(costOfUsage(PRICES, 'cloud', usage)).toBeCloseTo(0.002 + 0.004 + 0.005, 12);
  });

  test('is nothing on this machine, whatever is known', () => {
    expect(costUpperBoundUsd(undefined, 'local', undefined)).toBe(0);
    expect(costOfUsage(undefined, 'local', undefined)).toBe(0);
  });

  test('is unknown, and not nothing, where the price, the size or the usage is', () => {
    expect(costUpperBoundUsd(undefined, 'cloud', BOUND)).toBeUndefined();
    expect(costUpperBoundUsd(PRICES, 'cloud', undefined)).toBeUndefined();
    expect(costOfUsage(undefined, 'cloud', USAGE)).toBeUndefined();
    expect(costOfUsage(PRICES, 'cloud', undefined)).toBeUndefined();
  });

  test('is unknown where only one way of the tokens has a price, unless none go the other way', () => {
    const [input, output, call] = PRICES as [Price, Price, Price];
    expect(costUpperBoundUsd([input], 'cloud', BOUND)).toBeUndefined();
    expect(costOfUsage([output, call], 'cloud', USAGE)).toBeUndefined();
    expect(costOfUsage([input], 'cloud', { ...USAGE, outputTokens: 0 })).toBeCloseTo(0.002, 12);
    expect(costOfUsage([call], 'cloud', USAGE)).toBeCloseTo(0.005, 12);
  });

  test('has the date of the oldest of its prices', () => {
    expect(pricesAsOf(PRICES)).toBe('2026-02-01');
    expect(pricesAsOf([CACHED])).toBeUndefined();
  });
});
