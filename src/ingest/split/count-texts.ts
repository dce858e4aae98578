import type { TokenCounts } from '../../contracts/models/embedding-model.ts';

/** Counts texts in the manner of the model. */
export type CountTexts = (texts: readonly string[]) => Promise<TokenCounts>;

const WINDOW_TEXTS = 512;
const WINDOW_CHARACTERS = 200_000;

/** Counts any number of texts in windows of bounded size, in order. */
export async function countInWindows(texts: readonly string[], count: CountTexts): Promise<number[]> {
  const counts: number[] = [];
  for (let from = 0; from < texts.length;) {
    let to = from;
    for (let characters = 0; to < texts.length && to - from < WINDOW_TEXTS; to += 1) {
      characters += texts[to]!.length;
      if (to > from && characters > WINDOW_CHARACTERS) break;
    }
    counts.push(...(await count(texts.slice(from, to))).counts);
    from = to;
  }
  return counts;
}

/** Counts without a model, for stores that keep only full text: pieces of words, and every sign and ideograph. */
export function estimateTokens(texts: readonly string[]): Promise<TokenCounts> {
  const counts = texts.map((text) => (text.match(/[\p{Ideographic}]|[\p{L}\p{M}\p{N}]{1,6}|[^\s]/gu) ?? []).length);
  return Promise.resolve({ counts, precision: 'estimate' });
}
