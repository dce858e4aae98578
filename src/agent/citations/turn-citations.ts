import type { Citation } from '../../contracts/agent/agent.ts';
import type { ContextPassage } from '../../contracts/agent/context-source.ts';
import { fitPassages } from '../context/context-budget.ts';
import { writePassage } from '../context/write-context.ts';
import { CitationFilter } from './citation-filter.ts';
import { SupportFinder } from './find-support.ts';
import { PassageBook } from './passage-book.ts';

/** As wide as any number a passage may get, so that what fits is known before it has one. */
const WIDEST_NUMBER = 999;

function writeWidely(passage: ContextPassage): string {
  return writePassage({ ...passage, number: WIDEST_NUMBER });
}

/** The passages of one turn and what its answers cite of them. */
export class TurnCitations {
  readonly #book = new PassageBook();
  readonly #support: SupportFinder;
  readonly #hasProject: boolean;
  #filter: CitationFilter | undefined;
  #toldCount = 0;

  constructor(question: string, hasProject: boolean) {
    this.#support = new SupportFinder(question);
    this.#hasProject = hasProject;
  }

  /** Numbers those of the passages that fit into the tokens. */
  add(passages: readonly ContextPassage[], budget: number): readonly Citation[] {
    return this.#book.add(fitPassages(passages, budget, writeWidely));
  }

  /** Passages that were numbered since this was last asked. */
  takeNew(): readonly Citation[] {
    const fresh = this.#book.list().slice(this.#toldCount);
    this.#toldCount = this.#book.size;
    return fresh;
  }

  /** The filter of the next answer of the turn. */
  beginAnswer(): CitationFilter {
    const isActive = (): boolean => this.#hasProject || this.#book.size > 0;
    this.#filter = new CitationFilter({ book: this.#book, support: this.#support, isActive });
    return this.#filter;
  }

  /** Versions of all that was put before the model so far, for what depends on them. */
  get versions(): readonly string[] {
    return this.#book.list().flatMap(({ version }) => version ?? []);
  }

  /** What the last answer cites, by number. */
  get cited(): readonly Citation[] {
    return this.#filter?.cited ?? [];
  }
}
