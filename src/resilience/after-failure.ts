import type { ErrorRow } from '../contracts/errors/error-table.ts';
import { retryDelayMs, waitDelayMs } from './retry-schedule.ts';

/** All that the next move after a failed attempt depends on. */
export interface FailedAttempt {
  readonly row: ErrorRow;
  /** Something of the answer, or of its reasoning, has reached the caller. */
  readonly hasShown: boolean;
  /** How often this target has been tried again, for this decision. */
  readonly retries: number;
  /** Cap of the configuration; never raises what the table allows. */
  readonly maxRetries: number;
  /** A later link that the error allows and that is worth leaving for at once. */
  readonly hasAlternative: boolean;
  /** A later link that the error allows, at least after waiting. */
  readonly hasLaterLink: boolean;
  /** What the server asked us to wait, when it did. */
  readonly retryAfterMs?: number;
  /** How long this target has been waited for already. */
  readonly waitedMs: number;
  readonly waitCapMs: number;
  /** 0 to below 1. */
  readonly random: number;
}

/** What the attempt loop does next. */
type NextMove =
  { readonly kind: 'again'; readonly afterMs: number } | { readonly kind: 'next' } | { readonly kind: 'stop' };

const STOP: NextMove = { kind: 'stop' };
const NEXT: NextMove = { kind: 'next' };

/**
 * The meaning of the error table's columns. Pure. With an alternative nobody waits and nobody tries the same target
 * again; after anything was shown nothing is tried at all; a wait that would pass its cap is not begun.
 */
export function nextMove(failed: FailedAttempt): NextMove {
  if (failed.hasShown) return STOP;
  const mayFallBack = failed.row.mayFallBack !== 'never';
  if (mayFallBack && failed.hasAlternative) return NEXT;
  if (failed.row.sameTargetAgain === 'wait') {
    const leftMs = failed.waitCapMs - failed.waitedMs;
    const afterMs = failed.retryAfterMs ?? Math.min(leftMs, waitDelayMs(failed.retries, failed.random));
    if (leftMs > 0 && afterMs <= leftMs) return { kind: 'again', afterMs };
  }
  if (mayFallBack && failed.hasLaterLink) return NEXT;
  if (failed.row.sameTargetAgain === 'once' && failed.retries < Math.min(1, failed.maxRetries)) {
    return { kind: 'again', afterMs: retryDelayMs(failed.random) };
  }
  return STOP;
}
