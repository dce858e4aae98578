import type { Citation } from '../../contracts/agent/agent.ts';
import type { ContextPassage } from '../../contracts/agent/context-source.ts';

/** The passages of one turn by number, from 1; a passage from a place that is known already keeps its first number. */
export class PassageBook {
  readonly #bySource = new Map<string, Citation>();

  /** Numbers passages; what was there already comes back under the number it has. */
  add(passages: readonly ContextPassage[]): readonly Citation[] {
    const numbered = passages.map((passage) => {
      const known = this.#bySource.get(passage.source);
      if (known !== undefined) return known;
      const citation = { ...passage, number: this.#bySource.size + 1 };
      this.#bySource.set(passage.source, citation);
      return citation;
    });
    return [...new Set(numbered)];
  }

  has(number: number): boolean {
    return number >= 1 && number <= this.#bySource.size;
  }

  get size(): number {
    return this.#bySource.size;
  }

  list(): readonly Citation[] {
    return [...this.#bySource.values()];
  }
}
