import type { Clock } from '../../../contracts/plugins/logger.ts';

/** What a server that names no time is left alone for. */
const UNNAMED_MS = 1_000;

/** No server is believed for longer. */
const LONGEST_MS = 3_600_000;

/** More than anybody has targets. */
const MOST_LIMITS = 500;

/** Until when servers that limit our calls asked to be left alone; of this process, by the clock that never steps. */
export class TargetLimits {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #until = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#until.size === 0;
  }

  add(targetId: string, retryAfterMs = UNNAMED_MS): void {
    const waitMs = Math.min(LONGEST_MS, Math.max(0, retryAfterMs));
    this.#until.delete(targetId);
    this.#until.set(targetId, this.#clock.monotonic() + waitMs);
    const [oldest] = this.#until.keys();
    if (this.#until.size > MOST_LIMITS && oldest !== undefined) this.#until.delete(oldest);
  }

  /** Undefined when it is over. */
  remainingMs(targetId: string): number | undefined {
    const until = this.#until.get(targetId);
    if (until === undefined) return undefined;
    const leftMs = until - this.#clock.monotonic();
    if (leftMs > 0) return leftMs;
    this.#until.delete(targetId);
    return undefined;
  }

  /** Those whose time is not over. */
  ids(): readonly string[] {
    return [...this.#until.keys()].filter((targetId) => this.remainingMs(targetId) !== undefined);
  }

  remove(targetId: string): void {
    this.#until.delete(targetId);
  }

  clear(): void {
    this.#until.clear();
  }
}
