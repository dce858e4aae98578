import { describe, expect, test } from '@jest/globals';
import type { Price } from '../../../src/contracts/models/model-info.ts';
import { costOfUsage, costUpperBoundUsd } from '../../../src/routing/targets/cost-bound.ts';

const PRICES: readonly Price[] = [
  { unit: 'input-token', quantity: 1_000_000, usd: 2 },
  { unit: 'output-token', quantity: 1_000_000, usd: 8 },
  { unit: 'call', quantity: 1_000, usd: 5 },
];
const priced = (prices: readonly Price[]) => ({ prices: { value: prices, origin: 'catalogue' as const } });
const USAGE = { inputTokens: 1_000, outputTokens: 500, isEstimated: false };

describe('what a call costs', () => {
  test('is at most the whole window at the dearer price, and the price of the call', () => {
    expect(costUpperBoundUsd(priced(PRICES), 'cloud', 10_000)).toBeCloseTo(10_000 * 0.000_008 + 0.005, 12);
    expect(costUpperBoundUsd(priced(PRICES.slice(0, 1)), 'cloud', 10_000)).toBeCloseTo(0.02, 12);
  });

  test('is what each token and the call did cost, and never above the bound', () => {
    const spent = costOfUsage(priced(PRICES), 'cloud', USAGE);
    expect(spent).toBeCloseTo(0.002 + 0.004 + 0.005, 12);
    expect(spent).toBeLessThanOrEqual(costUpperBoundUsd(priced(PRICES), 'cloud', 1_500) ?? 0);
  });

  test('is nothing on this machine, whatever is known', () => {
    expect(costUpperBoundUsd({}, 'local', undefined)).toBe(0);
    expect(costOfUsage(undefined, 'local', undefined)).toBe(0);
  });

  test('is unknown, and not nothing, where the price, the size or the usage is', () => {
    expect(costUpperBoundUsd({}, 'cloud', 10_000)).toBeUndefined();
    expect(costUpperBoundUsd(priced(PRICES), 'cloud', undefined)).toBeUndefined();
    expect(costOfUsage(undefined, 'cloud', USAGE)).toBeUndefined();
    expect(costOfUsage({}, 'cloud', USAGE)).toBeUndefined();
    expect(costOfUsage(priced(PRICES), 'cloud', undefined)).toBeUndefined();
  });
});
