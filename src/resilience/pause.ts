import { CancelledError } from '../contracts/errors/host-errors.ts';

/**
 * Waits, at most a millisecond less than asked: timers drop what is left of one, so that it is rounded up here. Who
 * waits for the rest of a limit would otherwise find some of it left. CancelledError as soon as the signal aborts.
 * Leaves neither a timer nor a listener behind.
 */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CancelledError());
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(new CancelledError());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, Math.ceil(delayMs));
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
