import type { CallResult, QuietPoint, SoakReport } from './soak-plan.ts';

const FAULTS_SHOWN = 50;

/** The latest overruns that figures are made of; the tally of a long soak must not grow itself. */
const OVERRUNS_KEPT = 20_000;

/** Counts what the calls came to. */
export class SoakTally {
  readonly quiet: QuietPoint[] = [];
  readonly #outcomes: Record<string, number> = {};
  readonly #faults: string[] = [];
  readonly #overruns = new Float64Array(OVERRUNS_KEPT);
  #overrunCount = 0;
  #faultCount = 0;
  #calls = 0;
  #attempts = 0;
  #slowestMs = 0;

  get calls(): number {
    return this.#calls;
  }

  add({ kind, outcome, elapsedMs, attempts, overrunsMs, faults }: CallResult): void {
    this.#calls += 1;
    this.#attempts += attempts;
    this.#slowestMs = Math.max(this.#slowestMs, elapsedMs);
    const name = `${kind}: ${outcome}`;
    this.#outcomes[name] = (this.#outcomes[name] ?? 0) + 1;
    for (const overrunMs of overrunsMs) {
      this.#overruns[this.#overrunCount % OVERRUNS_KEPT] = overrunMs;
      this.#overrunCount += 1;
    }
    this.#faultCount += faults.length;
    this.#faults.push(...faults.slice(0, Math.max(0, FAULTS_SHOWN - this.#faults.length)));
  }

  report(): Pick<
    SoakReport,
    'calls' | 'outcomes' | 'attempts' | 'overrun' | 'quiet' | 'faults' | 'faultCount' | 'slowestMs'
  > {
    const overruns = this.#overruns.subarray(0, Math.min(this.#overrunCount, OVERRUNS_KEPT)).toSorted();
    const at = (share: number): number => overruns[Math.floor((overruns.length - 1) * share)] ?? 0;
    return {
      calls: this.#calls,
      outcomes: this.#outcomes,
      attempts: this.#attempts,
      overrun: { count: this.#overrunCount, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) },
      quiet: this.quiet,
      faults: this.#faults,
      faultCount: this.#faultCount,
      slowestMs: this.#slowestMs,
    };
  }
}
