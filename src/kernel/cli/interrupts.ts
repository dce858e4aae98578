import { CancelledError } from '../../contracts/errors/host-errors.ts';
import type { Disposable } from '../../contracts/plugins/disposable.ts';

/** What a signal does to a running command. */
export interface Interrupts {
  /** Aborted by the first signal that nobody else takes. */
  readonly signal: AbortSignal;
  /** Exit code of the signal that ended the command; undefined while none did. */
  readonly exitCode: number | undefined;
  /** The newest listener is asked first; while it returns true, Ctrl-C goes no further. */
  onInterrupt(listener: () => boolean): Disposable;
  /** Ctrl-C, from the process or from a line editor that has the keyboard. */
  interrupt(): void;
  /** The system asks the process to end. */
  terminate(exitCode: number): void;
}

/** How long an orderly stop may take after the first signal, milliseconds. */
const STOP_LIMIT_MS = 2_000;
const INTERRUPTED = 130;

/**
 * | state | Ctrl-C | end of process asked for |
 * |---|---|---|
 * | running, a listener answers true | the command goes on | stopping, limit starts |
 * | running | stopping, limit starts | stopping, limit starts |
 * | stopping | `leave` at once | `leave` at once |
 *
 * `leave` is also called when stopping takes longer than its limit; it must end the process.
 */
export function createInterrupts(leave: (exitCode: number) => void, limitMs: number = STOP_LIMIT_MS): Interrupts {
  const controller = new AbortController();
  const listeners: (() => boolean)[] = [];
  let code: number | undefined;

  function stop(exitCode: number): void {
    if (code !== undefined) {
      leave(code);
      return;
    }
    code = exitCode;
    setTimeout(() => leave(exitCode), limitMs).unref();
    controller.abort(new CancelledError());
  }

  return {
    signal: controller.signal,
    get exitCode() {
      return code;
    },
    onInterrupt(listener) {
      listeners.push(listener);
      return {
        dispose: () => {
          const position = listeners.indexOf(listener);
          if (position >= 0) listeners.splice(position, 1);
        },
      };
    },
    interrupt() {
      const isTaken = code === undefined && listeners.toReversed().some((listener) => listener());
      if (!isTaken) stop(INTERRUPTED);
    },
    terminate: stop,
  };
}
