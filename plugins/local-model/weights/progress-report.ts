import type { WeightsPhase, WeightsProgress } from './weights-source.ts';

/** Reports in between are this far apart at least, milliseconds. */
const INTERVAL_MS = 100;

/** Who listens while a file is looked for and fetched. */
export interface WeightsListener {
  readonly onProgress?: (progress: WeightsProgress) => void;
  /** One line to be shown to the person before a third party's package is fetched. */
  readonly onNotice?: (text: string) => void;
}

/** Passes progress on: each change of phase or source, the first bytes and the last at once, the rest at a readable pace. */
export class ProgressReport {
  readonly #listener: WeightsListener;
  readonly #totalBytes: number;
  readonly #now: () => number;
  #last: { key: string; at: number } = { key: '', at: 0 };

  constructor(listener: WeightsListener, totalBytes: number, now: () => number = () => performance.now()) {
    this.#listener = listener;
    this.#totalBytes = totalBytes;
    this.#now = now;
  }

  update(phase: WeightsPhase, receivedBytes: number, source: string): void {
    const key = `${phase} ${source} ${receivedBytes > 0}`;
    const at = this.#now();
    const isDue = key !== this.#last.key || receivedBytes === this.#totalBytes || at - this.#last.at >= INTERVAL_MS;
    if (!isDue) return;
    this.#last = { key, at };
    const totalBytes = this.#totalBytes;
    this.#listener.onProgress?.({ phase, receivedBytes: Math.min(receivedBytes, totalBytes), totalBytes, source });
  }

  notice(text: string): void {
    this.#listener.onNotice?.(text);
  }
}
