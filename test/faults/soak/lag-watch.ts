const TICK_MS = 20;

/** By how much the event loop of this process was late, summed: what a busy machine takes from a call is no fault of the call. */
export class LagWatch {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();
  #totalMs = 0;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Milliseconds since the start of the watch. */
  get totalMs(): number {
    return this.#totalMs + Math.max(0, performance.now() - this.#last - TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    this.#totalMs += Math.max(0, now - this.#last - TICK_MS);
    this.#last = now;
  }
}
