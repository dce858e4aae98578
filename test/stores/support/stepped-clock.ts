import { setEnvironmentData } from 'node:worker_threads';
import { jest } from '@jest/globals';

const TODAY = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** Ways in which a clock is set, over and over. */
export const CLOCKS: readonly (readonly [way: string, steps: readonly number[]])[] = [
  ['a year back', [-YEAR_MS]],
  ['a year forward', [YEAR_MS]],
  ['an hour back, a year forward, an hour forward, a year back', [-HOUR_MS, YEAR_MS, HOUR_MS, -YEAR_MS]],
];

/** The clock of this process and of the workers of its stores, which stands still until it is set. */
export class SteppedClock {
  static readonly workerFile = new URL('./clock-worker.ts', import.meta.url);
  readonly #now = new Float64Array(new SharedArrayBuffer(8));
  readonly #steps: readonly number[];
  /** How often it was set. */
  jumps = 0;

  /** For stores that are opened from now on; `jest.restoreAllMocks` gives this process its own clock back. */
  constructor(steps: readonly number[]) {
    this.#steps = steps;
    this.#now[0] = TODAY;
    setEnvironmentData('store-clock', this.#now);
    jest.spyOn(Date, 'now').mockImplementation(() => this.#now[0]!);
  }

  /** Makes the next of the steps. */
  jump(): void {
    this.#now[0] = this.#now[0]! + this.#steps[this.jumps % this.#steps.length]!;
    this.jumps += 1;
  }
}
