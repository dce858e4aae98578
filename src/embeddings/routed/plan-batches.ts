import type { EmbeddingLimits } from '../../contracts/models/embedding-model.ts';

/** Special tokens that models add to a text, at most. */
const SPECIAL_TOKENS = 4;

/** A text with its place in the job and the most tokens it can have. */
export interface SizedText {
  readonly text: string;
  readonly place: number;
  readonly maxTokens: number;
}

/**
 * The most tokens a text can have: a token is a byte at least, and no text has more than the model reads, or it is
 * refused.
 */
export function tokenBound(text: string, tokensPerInput: number): number {
  return Math.min(Buffer.byteLength(text) + SPECIAL_TOKENS, tokensPerInput);
}

/** Cuts a list into batches that keep every limit, in order; a text that alone passes the limit is a batch of its own. */
export function planBatches(texts: readonly SizedText[], limits: EmbeddingLimits): readonly (readonly SizedText[])[] {
  const batches: SizedText[][] = [];
  let tokens = 0;
  for (const text of texts) {
    const last = batches.at(-1);
    const isFull =
      last === undefined || last.length >= limits.inputs || tokens + text.maxTokens > limits.tokensPerRequest;
    if (isFull) {
      batches.push([text]);
      tokens = text.maxTokens;
    } else {
      last.push(text);
      tokens += text.maxTokens;
    }
  }
  return batches;
}
