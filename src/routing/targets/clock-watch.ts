import type { Clock } from '../../contracts/plugins/logger.ts';

/** The clocks differ by less than this in a process that ran all the time. */
const JUMP_MS = 30_000;

/**
 * Notices that the host slept or that its clock was set: the time of day and the clock that never steps moved apart.
 * On Linux the latter stands still while a laptop sleeps; where it runs on, what is known ages by itself.
 */
export class ClockWatch {
  readonly #clock: Clock;
  #apartMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#apartMs = clock.now() - clock.monotonic();
  }

  /** True once for each jump since it was last asked. */
  hasJumped(): boolean {
    const apartMs = this.#clock.now() - this.#clock.monotonic();
    const hasJumped = Math.abs(apartMs - this.#apartMs) > JUMP_MS;
    this.#apartMs = apartMs;
    return hasJumped;
  }
}
