/** Special tokens around a text: one before it and one behind. */
const SPECIAL_TOKENS = 2;

/** Most letters that one token of an embedding model's vocabulary stands for on average, on the low side. */
const LETTERS_A_TOKEN = 4;

/** Tokens of a text without its tokenizer, rather too many than too few: words by letters, signs and other scripts singly. */
export function estimateTokens(text: string): number {
  let tokens = SPECIAL_TOKENS;
  for (const [piece] of text.matchAll(/[a-z]+|\S/giu)) tokens += Math.ceil(piece.length / LETTERS_A_TOKEN);
  return tokens;
}

/** What tokenizers drop before they count: control and formatting characters, marks that stand alone, the sign for none. */
const DROPPED = /[\p{C}\p{M}\uFFFD]/gu;

/** No tokenizer makes less than one token of a word, so a text has no fewer tokens than this. */
export function leastTokens(text: string): number {
  const kept = text.replace(DROPPED, (sign) => (/\s/.test(sign) ? ' ' : ''));
  return kept.match(/\S+/g)?.length ?? 0;
}
