import type { LeftOut, LeftOutReason } from '../ingest-report.ts';

const EXAMPLES = 5;
const EXAMPLES_BY_SIZE = 20;

/** Counts what is left out, by reason, with the first few of each. */
export class LeftOutTally {
  readonly #counts = new Map<LeftOutReason, { count: number; examples: string[] }>();

  add(reason: LeftOutReason, example: string): void {
    const entry = this.#counts.get(reason) ?? { count: 0, examples: [] };
    entry.count += 1;
    if (entry.examples.length < (reason === 'too large' ? EXAMPLES_BY_SIZE : EXAMPLES)) entry.examples.push(example);
    this.#counts.set(reason, entry);
  }

  /** Most first. */
  list(): readonly LeftOut[] {
    return [...this.#counts]
      .map(([reason, { count, examples }]) => ({ reason, count, examples }))
      .sort((one, other) => other.count - one.count);
  }
}
