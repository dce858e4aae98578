import { CancelledError } from '../contracts/errors/host-errors.ts';

/** How a bounded wait ended. */
type WaitEnd = 'done' | 'limit';

/**
 * Waits for work that goes on whether or not anybody waits: `done` when it settled, either way, `limit` when the time
 * passed first. CancelledError when the signal aborts. The work's own failure is not thrown.
 */
export function waitAtMost(work: Promise<unknown>, limitMs: number, signal: AbortSignal): Promise<WaitEnd> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      work.catch(() => undefined);
      reject(new CancelledError());
      return;
    }
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = (): void => finish(() => reject(new CancelledError()));
    const timer = setTimeout(() => finish(() => resolve('limit')), limitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    const onDone = (): void => finish(() => resolve('done'));
    work.then(onDone, onDone);
  });
}
