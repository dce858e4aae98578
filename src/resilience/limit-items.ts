import { CancelledError } from '../contracts/errors/host-errors.ts';
import type { TimeoutPhase } from '../contracts/errors/provider-errors.ts';
import { Pace } from './pace.ts';
import type { NextWait, PaceLimits } from './pace.ts';

/** Limits of a sequence, milliseconds; one that is absent does not apply. */
export interface ItemLimits extends PaceLimits {
  /** From the start until the end. */
  readonly totalMs: number;
}

/** What bounds a sequence besides its limits. */
interface ItemLimitOptions<Item> {
  readonly limits: ItemLimits;
  readonly signal: AbortSignal;
  /** Tokens in an item, each counts as one without it. An item of none does not end the wait for the first token. */
  tokensIn?(item: Item): number;
  /** Makes the error of a passed limit; the limit that passed is named by its phase. */
  onLimit(phase: TimeoutPhase, limitMs: number): Error;
}

/**
 * Passes items on and ends the wait for the next one when a limit passes or the signal aborts. The source is told to
 * stop but never waited for, so that a source that ignores its signal cannot hold anybody. Time that the consumer
 * takes between two items counts towards the total alone.
 */
export async function* limitItems<Item>(
  source: AsyncIterable<Item>,
  options: ItemLimitOptions<Item>,
): AsyncGenerator<Item> {
  const { limits, signal } = options;
  const iterator = source[Symbol.asyncIterator]();
  const watch = new Watch(options);
  const pace = new Pace(limits);
  let isExhausted = false;
  try {
    for (;;) {
      if (signal.aborted) throw new CancelledError();
      const askedAt = performance.now();
      const result = await watch.next(iterator, pace);
      if (result.done === true) {
        isExhausted = true;
        return;
      }
      pace.take(options.tokensIn?.(result.value) ?? 1, performance.now() - askedAt);
      yield result.value;
    }
  } finally {
    watch.stop();
    if (!isExhausted) void iterator.return?.()?.then(undefined, () => undefined);
  }
}

/**
 * One pending wait at a time; the total limit and the abort listener live as long as the sequence. The timer of a wait is
 * left running when its item comes, and is set anew only for a wait that ends sooner: a timer for each token costs more
 * than the token.
 */
class Watch<Item> {
  readonly #options: ItemLimitOptions<Item>;
  readonly #total: ReturnType<typeof setTimeout>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerEndsAt = Infinity;
  /** Of the pending wait. */
  #wait: (NextWait & { readonly endsAt: number }) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #failure: Error | undefined;

  constructor(options: ItemLimitOptions<Item>) {
    this.#options = options;
    const { totalMs } = options.limits;
    this.#total = setTimeout(() => this.#interrupt(options.onLimit('total', totalMs)), totalMs);
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  next(iterator: AsyncIterator<Item>, pace: Pace): Promise<IteratorResult<Item>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#begin(pace.nextWait());
      this.#fail = reject;
      iterator.next().then(
        (result) => this.#settle(() => resolve(result)),
        (error: unknown) => this.#settle(() => reject(error)),
      );
    });
  }

  stop(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }

  #begin(wait: NextWait | undefined): void {
    if (wait === undefined) return;
    const endsAt = performance.now() + wait.leftMs;
    this.#wait = { ...wait, endsAt };
    if (endsAt < this.#timerEndsAt) this.#set(wait.leftMs, endsAt);
  }

  #settle(act: () => void): void {
    this.#wait = undefined;
    this.#fail = undefined;
    act();
  }

  #set(delayMs: number, endsAt: number): void {
    clearTimeout(this.#timer);
    this.#timerEndsAt = endsAt;
    this.#timer = setTimeout(this.#onTimer, delayMs);
  }

  readonly #onTimer = (): void => {
    this.#timerEndsAt = Infinity;
    const wait = this.#wait;
    if (wait === undefined) return;
    const leftMs = wait.endsAt - performance.now();
    if (leftMs > 0) this.#set(leftMs, wait.endsAt);
    else this.#interrupt(this.#options.onLimit(wait.phase, wait.limitMs));
  };

  readonly #onAbort = (): void => this.#interrupt(new CancelledError());

  #interrupt(error: Error): void {
    this.#failure ??= error;
    this.#fail?.(error);
  }
}
