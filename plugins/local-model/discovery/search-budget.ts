import type { Disposable } from 'wooster';

const TICK_MS = 10;
/** Where this process hardly runs at all, the search still ends after so many times its budget. */
const MOST_STRETCH = 4;

/** The time of one search. */
interface SearchBudget extends Disposable {
  /** Aborts when the time is over, or when the outer signal does. */
  readonly signal: AbortSignal;
}

/**
 * A time limit that counts only the time in which this process could read answers: it is counted in short ticks, and one
 * that comes late counts once. So a start that loads modules, or a machine that is busy, does not make servers look
 * silent that have answered. The limit is exact where nothing is in the way, and four times as long at most.
 */
export function openBudget(budgetMs: number, outer: AbortSignal): SearchBudget {
  const own = new AbortController();
  let ticks = Math.ceil(budgetMs / TICK_MS);
  const count = setInterval(() => {
    ticks -= 1;
    if (ticks <= 0) own.abort();
  }, TICK_MS);
  const cap = setTimeout(() => own.abort(), budgetMs * MOST_STRETCH);
  const dispose = (): void => {
    clearInterval(count);
    clearTimeout(cap);
  };
  own.signal.addEventListener('abort', dispose, { once: true });
  return { signal: AbortSignal.any([outer, own.signal]), dispose };
}
