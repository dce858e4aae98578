/** Different words of one query that are looked up; a longer text has them all in its first pages anyway. */
const MAX_WORDS = 256;

/** A query of full text. */
interface TextQuery {
  /** Different words, in the order of the text; empty when it has none. */
  readonly words: readonly string[];
  /** Words that were left out because there are too many. */
  readonly leftOut: number;
}

/** A query of FTS5 that finds any of the words, each quoted, so that nothing in them is syntax; empty for no word. */
export function matchAny(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' OR ');
}

/**
 * The words of a text that are looked up. Words are cut where unicode61 cuts them: at what is no letter, number, mark or private character.
 */
export function textQueryOf(text: string): TextQuery {
  const words = new Set(
    text
      .toWellFormed()
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu),
  );
  const kept = [...words].slice(0, MAX_WORDS);
  return { words: kept, leftOut: words.size - kept.length };
}
