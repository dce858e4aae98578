import type { Clock } from '../contracts/plugins/logger.ts';
import { systemClock } from '../kernel/clock.ts';
import type { IngestOptions } from './ingest-options.ts';
import type { PlannedFile } from './ingest-plan.ts';

/** Between two reports of progress. */
const INTERVAL_MS = 100;
/** Before this nothing can be said of the time that is left. */
const WARM_UP_MS = 1000;

/** Counts what is done and tells it, at most ten times a second. */
export class ProgressMeter {
  readonly #onProgress: IngestOptions['onProgress'];
  readonly #clock: Clock;
  readonly #filesTotal: number;
  readonly #bytesTotal: number;
  readonly #startedAt: number;
  #filesDone: number;
  #bytesDone = 0;
  #embedded = 0;
  #toldAt = -Infinity;
  #current: string | undefined;

  constructor(
    { onProgress, clock = systemClock }: IngestOptions,
    { plan, open }: { readonly plan: readonly PlannedFile[]; readonly open: readonly PlannedFile[] },
  ) {
    this.#onProgress = onProgress;
    this.#clock = clock;
    this.#filesTotal = plan.length;
    this.#filesDone = plan.length - open.length;
    this.#bytesTotal = open.reduce((sum, { file }) => sum + file.bytes, 0);
    this.#startedAt = clock.monotonic();
  }

  reading(path: string): void {
    this.#current = path;
    this.#tell(false);
  }

  /** A file of so many bytes is in the store, or needs nothing more. */
  done(bytes: number): void {
    this.#filesDone += 1;
    this.#bytesDone += bytes;
    this.#tell(false);
  }

  embedded(texts: number): void {
    this.#embedded += texts;
  }

  finish(): void {
    this.#current = undefined;
    this.#tell(true);
  }

  #tell(isLast: boolean): void {
    const now = this.#clock.monotonic();
    if (this.#onProgress === undefined || (!isLast && now - this.#toldAt < INTERVAL_MS)) return;
    this.#toldAt = now;
    const seconds = (now - this.#startedAt) / 1000;
    const share = this.#bytesTotal === 0 ? 1 : this.#bytesDone / this.#bytesTotal;
    const isEarly = !isLast && (seconds * 1000 < WARM_UP_MS || share === 0);
    this.#onProgress({
      phase: 'read',
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      textsEmbedded: this.#embedded,
      ...(this.#embedded === 0 || seconds === 0 ? {} : { textsPerSecond: this.#embedded / seconds }),
      ...(isEarly ? {} : { secondsLeft: (seconds / share) * (1 - share) }),
      ...(this.#current === undefined ? {} : { current: this.#current }),
    });
  }
}
