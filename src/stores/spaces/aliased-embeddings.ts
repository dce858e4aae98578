import { Embeddings } from '@langchain/core/embeddings';
import type {
  EmbeddingLimits,
  EmbeddingSpace,
  EmbedOptions,
  SpaceBoundEmbeddings,
  TokenCounts,
} from '../../contracts/models/embedding-model.ts';
import type { Locality } from '../../contracts/models/model-info.ts';

/** Embeddings of a model that was accepted for another space: its vectors are told to be of that space. */
export class AliasedEmbeddings extends Embeddings implements SpaceBoundEmbeddings {
  readonly space: EmbeddingSpace;
  readonly limits: EmbeddingLimits;
  readonly locality: Locality;
  readonly isStandIn = false;
  readonly #inner: SpaceBoundEmbeddings;

  constructor(space: EmbeddingSpace, inner: SpaceBoundEmbeddings) {
    super({ maxRetries: 0 });
    this.space = space;
    this.limits = inner.limits;
    this.locality = inner.locality;
    this.#inner = inner;
  }

  embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]> {
    return this.#inner.embed(texts, options);
  }

  countTokens(texts: readonly string[], signal: AbortSignal): Promise<TokenCounts> {
    return this.#inner.countTokens(texts, signal);
  }

  usdOf(inputTokens: number): number | undefined {
    return this.#inner.usdOf(inputTokens);
  }

  forget(texts: readonly string[]): void {
    this.#inner.forget(texts);
  }

  override embedDocuments(texts: string[]): Promise<number[][]> {
    return this.#inner.embedDocuments(texts);
  }

  override embedQuery(text: string): Promise<number[]> {
    return this.#inner.embedQuery(text);
  }
}
