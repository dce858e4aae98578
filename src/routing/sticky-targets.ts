import type { Clock } from '../contracts/plugins/logger.ts';

const KEEP_MS = 15 * 60_000;
const MAX_KEYS = 1_000;

/** Which target answered last for a sticky key; forgotten after a quarter of an hour without a call, and beyond 1,000 keys. */
export class StickyTargets {
  readonly #clock: Clock;
  readonly #targets = new Map<string, { targetId: string; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string | undefined): string | undefined {
    if (key === undefined) return undefined;
    const kept = this.#targets.get(key);
    if (kept === undefined || this.#clock.monotonic() - kept.at > KEEP_MS) return undefined;
    return kept.targetId;
  }

  set(key: string, targetId: string): void {
    this.#targets.delete(key);
    this.#targets.set(key, { targetId, at: this.#clock.monotonic() });
    const [oldest] = this.#targets.keys();
    if (this.#targets.size > MAX_KEYS && oldest !== undefined) this.#targets.delete(oldest);
  }
}
