import { describe, expect, test } from '@jest/globals';
import {
  InterruptedStreamError,
  ProviderServerError,
  ProviderUnreachableError,
  RateLimitedError,
  type Price,
  type RouteStep,
} from '../../../src/index.ts';
import { costOfAttempt } from '../../../src/routing/execution/cost-of-attempt.ts';

const PRICES: readonly Price[] = [
  { unit: 'input-token', quantity: 1_000_000, usd: 2, asOf: '2026-03-01' },
  { unit: 'output-token', quantity: 1_000_000, usd: 8 },
];
const USAGE = { inputTokens: 1_000, outputTokens: 500, isEstimated: false };
const place = { targetId: 'cloud/m' };

function stepOf(change: Partial<RouteStep> = {}): RouteStep {
  return { ref: 'cloud:m', targetId: 'cloud/m', locality: 'cloud', score: 1, prices: PRICES, ...change };
}

const answered = { step: stepOf(), outcome: 'answered', boundUsd: 0.5 } as const;
const failed = { step: stepOf(), outcome: 'failed', boundUsd: 0.5 } as const;

describe('the cost of an attempt', () => {
  test('is nothing on this machine, whatever became of it', () => {
    const step = stepOf({ locality: 'local', prices: undefined });
    const local = { costUsd: 0, costOrigin: 'local' };
    expect(costOfAttempt({ ...answered, step, usage: USAGE })).toEqual(local);
    expect(costOfAttempt({ ...failed, step, error: new ProviderServerError('x', { ...place, status: 500 }) })).toEqual(
      local,
    );
  });

  test("is the provider's own figure before any reckoning of ours", () => {
    const cost = costOfAttempt({ ...answered, usage: USAGE, costUsd: 0.0042 });
    expect(cost).toEqual({ costUsd: 0.0042, costOrigin: 'provider' });
  });

  test('is tokens times prices, with the date of the prices', () => {
    const cost = costOfAttempt({ ...answered, usage: USAGE });
    expect(cost).toMatchObject({ costOrigin: 'prices', pricesAsOf: '2026-03-01' });
    expect(cost.costUsd).toBeCloseTo(0.002 + 0.004, 12);
  });

  test('is the bound where nobody can tell what was charged', () => {
    const bound = { costUsd: 0.5, costOrigin: 'bound' };
    expect(costOfAttempt(answered)).toEqual(bound);
    expect(costOfAttempt({ ...failed, error: new ProviderServerError('x', { ...place, status: 500 }) })).toEqual(bound);
    const reset = new ProviderUnreachableError('x', {
      cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
    });
    expect(costOfAttempt({ ...failed, error: reset })).toEqual(bound);
  });

  test('is nothing where the provider refused before a model ran, or was never reached', () => {
    const refused = new ProviderUnreachableError('x', {
      cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    });
    for (const error of [new RateLimitedError('x', place), refused]) {
      expect(costOfAttempt({ ...failed, error })).toEqual({ costUsd: 0, costOrigin: 'not-billed' });
    }
  });

  test('of an answer that broke off is that of the tokens it had given', () => {
    const error = new InterruptedStreamError('x', { ...place, outputTokens: 3 });
    const usage = { ...USAGE, isEstimated: true };
    const cost = costOfAttempt({ ...answered, outcome: 'interrupted', error, usage });
    expect(cost.costOrigin).toBe('prices');
    expect(cost.costUsd).toBeCloseTo(0.006, 12);
  });

  test('is unknown without a price, and never 0', () => {
    const step = stepOf({ prices: undefined });
    expect(costOfAttempt({ ...answered, step, boundUsd: undefined, usage: USAGE })).toEqual({ costOrigin: 'unknown' });
  });
});
