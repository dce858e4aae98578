import { CancelledError } from 'wooster';

/** One wait after another, each with its own limit, ended at once by the caller's signal. */
export class WaitLimit {
  readonly signal: AbortSignal;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    this.signal = AbortSignal.any([outer, this.#controller.signal]);
  }

  /** Starts the next wait; when it lasts longer, `signal` aborts and `reason` becomes the error. */
  arm(limitMs: number, reason: () => Error): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(reason()), limitMs);
  }

  /** Starts the current wait again, for a byte came. */
  refresh(): void {
    this.#timer?.refresh();
  }

  /** Ends all waiting; what is still open is closed. */
  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort(new CancelledError('no longer needed'));
  }

  /** What a failure during a wait means: the caller gave up, the limit passed, or something else went wrong. */
  explain(error: unknown, otherwise: () => Error): Error {
    if (this.#outer.aborted) return new CancelledError('cancelled', { cause: error });
    const reason: unknown = this.#controller.signal.reason;
    return reason instanceof Error ? reason : otherwise();
  }
}
