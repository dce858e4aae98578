import type { ErrorRow } from '../contracts/errors/error-table.ts';
import { limitedDelayMs, loadingDelayMs, retryDelayMs } from './retry-schedule.ts';

/** All that the next move after a failed attempt depends on. */
export interface FailedAttempt {
  readonly row: ErrorRow;
  /** Something of the answer, or of its reasoning, has reached the caller. */
  readonly hasShown: boolean;
  /** How often this target has been tried again, for this decision. */
  readonly retries: number;
  /** Cap of the configuration; never raises what the table allows, and does not count questions to a loading model. */
  readonly maxRetries: number;
  /** Another link that the error allows, healthy, and worth leaving for at once. */
  readonly hasAlternative: boolean;
  /** Another link that the error allows, whatever its state. */
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

/** Timers know no less; what is left of a cap below it is nothing. */
const LEAST_WAIT_MS = 1;

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
  const afterMs = delayBeforeAgain(failed);
  if (afterMs !== undefined) return { kind: 'again', afterMs };
  return mayFallBack && failed.hasLaterLink ? NEXT : STOP;
}

function delayBeforeAgain(failed: FailedAttempt): number | undefined {
  const { row, retries, maxRetries, random } = failed;
  if (row.sameTargetAgain === 'never') return undefined;
  if (row.sameTargetAgain === 'once') return retries < Math.min(1, maxRetries) ? retryDelayMs(random) : undefined;
  const isLoading = row.code === 'E_LOADING';
  if (!isLoading && retries >= maxRetries) return undefined;
  const leftMs = failed.waitCapMs - failed.waitedMs;
  const ownMs = isLoading ? loadingDelayMs(retries, random) : limitedDelayMs(retries, random);
  const afterMs = failed.retryAfterMs ?? Math.min(leftMs, ownMs);
  return leftMs >= LEAST_WAIT_MS && afterMs <= leftMs ? afterMs : undefined;
}
