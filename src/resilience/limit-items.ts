import { CancelledError } from '../contracts/errors/host-errors.ts';
import type { TimeoutPhase } from '../contracts/errors/provider-errors.ts';

/** Limits of a sequence, milliseconds; one that is absent does not apply. */
export interface ItemLimits {
  /** From the start until the first item. */
  readonly firstMs?: number;
  /** From one item until the next. */
  readonly idleMs?: number;
  /** From the start until the end. */
  readonly totalMs: number;
}

/** What bounds a sequence besides its limits. */
interface ItemLimitOptions {
  readonly limits: ItemLimits;
  readonly signal: AbortSignal;
  /** Makes the error of a passed limit; the limit that passed is named by its phase. */
  onLimit(phase: TimeoutPhase, limitMs: number): Error;
}

/**
 * Passes items on and ends the wait for the next one when a limit passes or the signal aborts. The source is told to
 * stop but never waited for, so that a source that ignores its signal cannot hold anybody. Time that the consumer
 * takes between two items does not count as idle.
 */
export async function* limitItems<Item>(source: AsyncIterable<Item>, options: ItemLimitOptions): AsyncGenerator<Item> {
  const { limits, signal } = options;
  const iterator = source[Symbol.asyncIterator]();
  const watch = new Watch(options);
  let isExhausted = false;
  try {
    let limitMs = limits.firstMs;
    let phase: TimeoutPhase = 'first-token';
    for (;;) {
      if (signal.aborted) throw new CancelledError();
      const result = await watch.next(iterator, limitMs, phase);
      if (result.done === true) {
        isExhausted = true;
        return;
      }
      limitMs = limits.idleMs;
      phase = 'idle';
      yield result.value;
    }
  } finally {
    watch.stop();
    if (!isExhausted) void iterator.return?.()?.then(undefined, () => undefined);
  }
}

/** One pending wait at a time; the total limit and the abort listener live as long as the sequence. */
class Watch {
  readonly #options: ItemLimitOptions;
  readonly #total: ReturnType<typeof setTimeout>;
  #fail: ((error: Error) => void) | undefined;
  #failure: Error | undefined;

  constructor(options: ItemLimitOptions) {
    this.#options = options;
    const { totalMs } = options.limits;
    this.#total = setTimeout(() => this.#interrupt(options.onLimit('total', totalMs)), totalMs);
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  next<Item>(
    iterator: AsyncIterator<Item>,
    limitMs: number | undefined,
    phase: TimeoutPhase,
  ): Promise<IteratorResult<Item>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const timer =
        limitMs === undefined
          ? undefined
          : setTimeout(() => this.#interrupt(this.#options.onLimit(phase, limitMs)), limitMs);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#fail = undefined;
        act();
      };
      this.#fail = (error) => settle(() => reject(error));
      iterator.next().then(
        (result) => settle(() => resolve(result)),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  }

  stop(): void {
    clearTimeout(this.#total);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#interrupt(new CancelledError());

  #interrupt(error: Error): void {
    this.#failure ??= error;
    this.#fail?.(error);
  }
}
