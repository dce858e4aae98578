import type { ContextPassage } from '../../../src/index.ts';
import { CitationFilter } from '../../../src/agent/citations/citation-filter.ts';
import { SupportFinder } from '../../../src/agent/citations/find-support.ts';
import { PassageBook } from '../../../src/agent/citations/passage-book.ts';

/** A text as the filter leaves it, and the numbers it cites. */
export interface Cited {
  readonly text: string;
  readonly numbers: readonly number[];
}

/** What a citation test is about. */
export interface CitingOptions {
  readonly question?: string;
  readonly isActive?: boolean;
}

/** Runs pieces of an answer through a filter over passages, given as texts or whole. */
export function cite(
  pieces: readonly string[],
  passages: readonly (string | ContextPassage)[],
  { question = '', isActive = true }: CitingOptions = {},
): Cited {
  const book = new PassageBook();
  book.add(
    passages.map((each, at) => (typeof each === 'string' ? { text: each, source: `notes-${at + 1}.md:1` } : each)),
  );
  const filter = new CitationFilter({ book, support: new SupportFinder(question), isActive: () => isActive });
  const text = pieces.map((piece) => filter.push(piece)).join('') + filter.end();
  return { text, numbers: filter.cited.map(({ number }) => number) };
}
