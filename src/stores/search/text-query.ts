/** Different words of one query that are looked up; a longer text has them all in its first pages anyway. */
const MAX_WORDS = 256;

/** A query of full text. */
interface TextQuery {
  /** In the syntax of FTS5; empty when the text has no word. */
  readonly match: string;
  /** Words that were left out because there are too many. */
  readonly leftOut: number;
}

/**
 * The words of a text as a query of FTS5 that finds any of them, each quoted, so that nothing in the text is syntax.
 * Words are cut where unicode61 cuts them: at what is no letter, number, mark or private character.
 */
export function textQueryOf(text: string): TextQuery {
  const words = new Set(
    text
      .toWellFormed()
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu),
  );
  const kept = [...words].slice(0, MAX_WORDS);
  return { match: kept.map((word) => `"${word}"`).join(' OR '), leftOut: words.size - kept.length };
}
