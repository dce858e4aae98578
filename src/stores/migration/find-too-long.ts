import type { SpaceBoundEmbeddings, TokenCounts } from '../../contracts/models/embedding-model.ts';

/** Tokens of texts for a model, and which of them it does not read whole. */
interface TextSizes {
  readonly counts: readonly number[];
  readonly precision: TokenCounts['precision'];
  /** Places of the texts that are too long by an exact count. */
  readonly tooLong: readonly number[];
}

/** Counts texts. An upper bound or an estimate calls nothing too long: the model itself does. */
export async function measureTexts(
  embeddings: SpaceBoundEmbeddings,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<TextSizes> {
  const { counts, precision } = await embeddings.countTokens(texts, signal);
  const limit = embeddings.limits.tokensPerInput;
  const tooLong = precision === 'exact' ? counts.flatMap((count, at) => (count > limit ? [at] : [])) : [];
  return { counts, precision, tooLong };
}
