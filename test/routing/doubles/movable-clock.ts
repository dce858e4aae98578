import type { Clock } from '../../../src/index.ts';

/**
 * Clocks that a test moves, together or each alone; they also run by themselves, so that durations are real. Timers set
 * on them fire when they are moved past, and never by themselves.
 */
export class MovableClock implements Clock {
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();
  #wallOffsetMs = 0;
  #offsetMs = 0;
  now = (): number => Date.now() + this.#wallOffsetMs;
  monotonic = (): number => performance.now() + this.#offsetMs;

  /** Timers that wait. */
  get timers(): number {
    return this.#timers.size;
  }

  schedule = (run: () => void, delayMs: number): { dispose(): void } => {
    const timer = { at: this.monotonic() + delayMs, run };
    this.#timers.add(timer);
    return { dispose: () => void this.#timers.delete(timer) };
  };

  /** Both, as time passes. */
  advance(byMs: number): void {
    this.advanceWall(byMs);
    this.advanceMonotonic(byMs);
  }

  /** The time of day alone: the host slept, or its clock was set; a negative figure sets it back. */
  advanceWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** The clock that never steps alone; it fires the timers it passes. */
  advanceMonotonic(byMs: number): void {
    this.#offsetMs += byMs;
    const due = [...this.#timers].filter(({ at }) => at <= this.monotonic());
    for (const timer of due.sort((left, right) => left.at - right.at)) {
      if (this.#timers.delete(timer)) timer.run();
    }
  }
}
