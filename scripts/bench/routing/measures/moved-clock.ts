import type { Clock } from '../../../../src/index.ts';

interface Planned {
  readonly run: () => void;
  readonly at: number;
}

/** The real time, moved on between turns, so that a hundred minutes take seconds; timers go by it. */
export class MovedClock implements Clock {
  readonly #planned = new Set<Planned>();
  #aheadMs = 0;

  now = (): number => Date.now() + this.#aheadMs;
  monotonic = (): number => performance.now() + this.#aheadMs;

  /** Runs something when the clock has been moved past the delay. */
  schedule = (run: () => void, delayMs: number): { dispose: () => void } => {
    const planned: Planned = { run, at: this.monotonic() + delayMs };
    this.#planned.add(planned);
    return { dispose: () => void this.#planned.delete(planned) };
  };

  /** Moves on, with a stop at each timer that comes due, after which `settle` is waited for. */
  async move(byMs: number, settle: () => Promise<void>): Promise<void> {
    const until = this.monotonic() + byMs;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#planned.delete(next);
      this.#aheadMs += Math.max(0, next.at - this.monotonic());
      next.run();
      await settle();
    }
    this.#aheadMs += Math.max(0, until - this.monotonic());
    await settle();
  }

  #next(until: number): Planned | undefined {
    const due = [...this.#planned].filter(({ at }) => at <= until);
    return due.toSorted((left, right) => left.at - right.at)[0];
  }
}
