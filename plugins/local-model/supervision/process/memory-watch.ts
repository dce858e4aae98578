import type { Clock } from 'wooster';
import { treeMemoryKiB, type ProcessTable } from './process-table.ts';

/** What a memory watch looks at. */
interface MemoryWatchOptions {
  readonly table: ProcessTable;
  readonly clock: Clock;
  readonly calls: { readonly count: number };
  readonly pid: number;
  readonly maxMemoryMiB: number;
  /** Of several processes that use a server one restarts it. */
  readonly isResponsible: () => Promise<boolean>;
  /** Told once; the reason is the end of a sentence about the server. */
  readonly onOutgrown: (reason: string) => void;
  /** 10,000 ms unless told. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 10_000;
/** One that is too large waits for an idle moment, which is looked for more often. */
const IDLE_INTERVAL_MS = 500;
/** Calls are waited for no longer than this. */
const IDLE_LIMIT_MS = 60_000;

/** Looks at the memory of a server and of all it started, and tells when it is too much and no call is in flight. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #overSinceMs: number | undefined;
  #isDisposed = false;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#plan(options.intervalMs ?? INTERVAL_MS);
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  /** One look; resolves when the next one is planned or the watch has told. */
  async look(): Promise<void> {
    const { table, clock, calls, pid, maxMemoryMiB, isResponsible, onOutgrown, intervalMs } = this.#options;
    const memoryMiB = Math.round(treeMemoryKiB(await table.all(), pid) / 1024);
    if (this.#isDisposed) return;
    if (memoryMiB <= maxMemoryMiB || !(await isResponsible())) {
      this.#overSinceMs = undefined;
      this.#plan(intervalMs ?? INTERVAL_MS);
      return;
    }
    this.#overSinceMs ??= clock.monotonic();
    const isPatient = clock.monotonic() - this.#overSinceMs < IDLE_LIMIT_MS;
    if (calls.count > 0 && isPatient) {
      this.#plan(IDLE_INTERVAL_MS);
      return;
    }
    this.dispose();
    onOutgrown(`took ${memoryMiB} MiB, more than the ${maxMemoryMiB} MiB of maxMemoryMiB`);
  }

  #plan(ms: number): void {
    if (this.#isDisposed) return;
    clearTimeout(this.#timer);
    // A table that could not be read is read again at the next look.
    this.#timer = setTimeout(() => void this.look().catch(() => this.#plan(INTERVAL_MS)), ms).unref();
  }
}
