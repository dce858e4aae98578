import type { WoosterError } from 'wooster';
import type { ServedModel } from './engine-messages.ts';

/** Where the embedded engine is in its life; the table is at `EmbeddedEngine`. */
export type EngineState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting'; readonly progress: number }
  | {
      readonly kind: 'ready';
      readonly baseUrl: string;
      readonly pid: number;
      readonly loadMs: number;
      readonly model: ServedModel;
    }
  | { readonly kind: 'crashed'; readonly error: WoosterError; readonly crashes: number; readonly retryInMs: number }
  | { readonly kind: 'stopping' };

/** An engine that served this long is sound: an earlier crash no longer counts. */
const SOUND_MS = 60_000;

/** Waits before the next start after one, two, three and more crashes in a row: the first is repaired at once. */
const BACK_OFF_MS = [0, 1_000, 5_000, 30_000];

/** Counts crashes that follow each other and says when the next start is allowed. Times are of a monotonic clock. */
export class CrashCount {
  #crashes = 0;
  #crashedAtMs = 0;
  #readyAtMs: number | undefined;

  /** Crashes in a row. */
  get crashes(): number {
    return this.#crashes;
  }

  /** The engine began to serve. */
  ready(nowMs: number): void {
    this.#readyAtMs = nowMs;
  }

  /** The engine died or did not load. */
  crash(nowMs: number): void {
    const served = this.#readyAtMs === undefined ? 0 : nowMs - this.#readyAtMs;
    this.#crashes = served >= SOUND_MS ? 1 : this.#crashes + 1;
    this.#crashedAtMs = nowMs;
    this.#readyAtMs = undefined;
  }

  /** Milliseconds until the next start is allowed. */
  retryInMs(nowMs: number): number {
    if (this.#crashes === 0) return 0;
    const wait = BACK_OFF_MS[Math.min(this.#crashes, BACK_OFF_MS.length) - 1] ?? 0;
    return Math.max(0, this.#crashedAtMs + wait - nowMs);
  }
}
