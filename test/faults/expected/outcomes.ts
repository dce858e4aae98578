import type { Mode } from '../cells.ts';
import type { BreakerMark, ClientId, Outcome } from '../matrix/matrix-row.ts';

/** A call may end so much later than its limit: a machine that does other things, and no more. Milliseconds. */
export const SLACK_MS = 150;

/** What is expected of one cell in one mode. */
export interface Expected extends Outcome {
  /** The limit, or the wait, that the cell may take; no more than the slack may come on top. */
  readonly withinMs: number;
}

/** The expectation of a cell, where it differs by mode or client. */
export type Expectation = (mode: Mode, client: ClientId) => Expected;

interface Change {
  readonly breaker?: BreakerMark;
  readonly withinMs?: number;
  /** Chat requests that reach the primary. */
  readonly primary?: number;
  /** Further attempts at the primary before the one that counts. */
  readonly before?: readonly string[];
}

/** The primary fails with this code, and the fallback answers at once. */
export function fallback(code: string, change: Change = {}): Expected {
  const { breaker = 'counted', withinMs = 0, primary = 1 } = change;
  const attempts = [`failed ${code}`, 'answered'];
  return { verdict: 'whole of the fallback', attempts, primary, fallback: 1, breaker, withinMs };
}

/** The primary answers. */
export function answered(change: Change = {}): Expected {
  const { breaker = 'none', withinMs = 0, before = [] } = change;
  const attempts = [...before, 'answered'];
  const { primary = attempts.length } = change;
  return { verdict: 'whole of the primary', attempts, primary, fallback: 0, breaker, withinMs };
}

/** A typed error and nothing shown; nobody else was asked. */
export function failed(code: string, change: Change = {}): Expected {
  const { breaker = 'none', withinMs = 0, before = [] } = change;
  const attempts = [...before, `failed ${code}`];
  const { primary = attempts.length } = change;
  return { verdict: 'failed', code, attempts, primary, fallback: 0, breaker, withinMs };
}

/** Something was shown, so nobody else is asked, and the caller is told. */
export function interrupted(change: Change = {}): Expected {
  const { breaker = 'counted', withinMs = 0 } = change;
  const attempts = ['interrupted E_INTERRUPTED'];
  return { verdict: 'interrupted', code: 'E_INTERRUPTED', attempts, primary: 1, fallback: 0, breaker, withinMs };
}

/** After output: a plain call has shown nothing and is answered by the fallback, a stream is a visible interruption. */
export function midway(code: string, change: Change = {}): Expectation {
  return (mode) => (mode === 'plain' ? fallback(code, change) : interrupted(change));
}

/** The caller left. A stream tells it in LangChain's own words, which race with ours. */
export function cancelled(
  attempts: readonly string[],
  change: Change & { readonly isShown?: boolean } = {},
): Expectation {
  const verdict = change.isShown === true ? 'interrupted' : 'failed';
  const { primary = attempts.length, withinMs = 0 } = change;
  return (mode) => {
    const code = mode === 'plain' ? 'E_CANCELLED' : 'AbortError';
    return { verdict, code, attempts, primary, fallback: 0, breaker: 'none', withinMs };
  };
}

/** The same in every mode and for every client. */
export const always =
  (expected: Expected): Expectation =>
  () =>
    expected;
