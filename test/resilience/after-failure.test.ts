import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ERROR_TABLE } from '../../src/index.ts';
import type { ErrorCode } from '../../src/index.ts';
import { nextMove } from '../../src/resilience/after-failure.ts';
import type { FailedAttempt } from '../../src/resilience/after-failure.ts';
import { limitedDelayMs, loadingDelayMs, retryDelayMs } from '../../src/resilience/retry-schedule.ts';

function failed(code: ErrorCode, change: Partial<FailedAttempt> = {}): FailedAttempt {
  return {
    row: ERROR_TABLE[code],
    hasShown: false,
    retries: 0,
    maxRetries: 3,
    hasAlternative: false,
    hasLaterLink: false,
    waitedMs: 0,
    waitCapMs: 1_000,
    random: 0,
    ...change,
  };
}

const anyFailure = fc.record({
  row: fc.constantFrom(...Object.values(ERROR_TABLE)),
  hasShown: fc.boolean(),
  retries: fc.nat({ max: 5 }),
  maxRetries: fc.nat({ max: 5 }),
  hasAlternative: fc.boolean(),
  hasLaterLink: fc.constant(true),
  retryAfterMs: fc.option(fc.nat({ max: 5_000 }), { nil: undefined }),
  waitedMs: fc.nat({ max: 2_000 }),
  waitCapMs: fc.nat({ max: 2_000 }),
  random: fc.double({ min: 0, max: 0.99, noNaN: true }),
});

describe('after a failed attempt', () => {
  test('nothing follows once something was shown', () => {
    fc.assert(
      fc.property(anyFailure, (failure) => expect(nextMove({ ...failure, hasShown: true })).toEqual({ kind: 'stop' })),
    );
  });

  test('with an alternative nobody waits and nobody tries the same target again', () => {
    fc.assert(
      fc.property(anyFailure, (failure) => {
        const move = nextMove({ ...failure, hasAlternative: true, hasLaterLink: true });
        if (failure.row.mayFallBack !== 'never') expect(move.kind).not.toBe('again');
      }),
    );
  });

  test('what may never fall back and never be tried again ends the call', () => {
    fc.assert(
      fc.property(anyFailure, (failure) => {
        const { sameTargetAgain, mayFallBack } = failure.row;
        if (sameTargetAgain === 'never' && mayFallBack === 'never') expect(nextMove(failure).kind).toBe('stop');
      }),
    );
  });

  test('no wait passes its cap', () => {
    fc.assert(
      fc.property(anyFailure, (failure) => {
        const move = nextMove(failure);
        if (failure.row.sameTargetAgain === 'wait' && move.kind === 'again') {
          expect(failure.waitedMs + move.afterMs).toBeLessThanOrEqual(failure.waitCapMs);
        }
      }),
    );
  });

  test('once means once, and never when the configuration says no retries', () => {
    expect(nextMove(failed('E_UNREACHABLE'))).toEqual({ kind: 'again', afterMs: 60 });
    expect(nextMove(failed('E_UNREACHABLE', { retries: 1 }))).toEqual({ kind: 'stop' });
    expect(nextMove(failed('E_UNREACHABLE', { maxRetries: 0 }))).toEqual({ kind: 'stop' });
  });

  test('a loading model is waited for first, and left for a later link when the limit has passed', () => {
    const loading = { hasLaterLink: true, hasAlternative: false };
    expect(nextMove(failed('E_LOADING', loading))).toEqual({ kind: 'again', afterMs: 150 });
    expect(nextMove(failed('E_LOADING', { ...loading, waitedMs: 990 }))).toEqual({ kind: 'again', afterMs: 10 });
    expect(nextMove(failed('E_LOADING', { ...loading, waitedMs: 1_000 }))).toEqual({ kind: 'next' });
  });

  test('a named time is waited as named or not at all', () => {
    expect(nextMove(failed('E_RATE_LIMITED', { retryAfterMs: 700 }))).toEqual({ kind: 'again', afterMs: 700 });
    expect(nextMove(failed('E_RATE_LIMITED', { retryAfterMs: 700, waitedMs: 400 }))).toEqual({ kind: 'stop' });
  });
});

test('delays grow, are spread, and stay below their ceiling', () => {
  expect([0, 1, 2, 3, 50].map((asked) => loadingDelayMs(asked, 0))).toEqual([150, 300, 600, 1_000, 1_000]);
  expect([0, 1, 2, 50].map((asked) => limitedDelayMs(asked, 0))).toEqual([500, 1_000, 2_000, 8_000]);
  expect(loadingDelayMs(3, 0.99)).toBeGreaterThanOrEqual(800);
  expect([retryDelayMs(0), retryDelayMs(0.5)]).toEqual([60, 90]);
});
