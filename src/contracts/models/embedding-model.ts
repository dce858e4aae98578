import type { Embeddings } from '@langchain/core/embeddings';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';

/** Identity of a vector space. Two servers with the same weights serve one space; the provider is no part of it. */
export interface EmbeddingSpace {
  /** UUID given at first use, recorded in state.db and copied with this record into each store. */
  readonly spaceId: string;
  /** Digest of the weights, else the declared name. */
  readonly weights: string;
  readonly dimensions: number;
  readonly pooling: 'mean' | 'cls' | 'last-token' | 'unknown';
  readonly isNormalized: boolean;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  readonly quantization: string;
}

/** Limits of one embedding request. */
export interface EmbeddingLimits {
  readonly inputs: number;
  readonly tokensPerInput: number;
  readonly tokensPerRequest: number;
}

/** A text is embedded as what it is: the two roles have different prefixes. */
export type EmbeddingRole = 'query' | 'document';

/** One model that turns texts into vectors of one space. */
export interface EmbeddingModel {
  readonly space: EmbeddingSpace;
  readonly limits: EmbeddingLimits;
  /** One vector a text, in order, each checked: `dimensions` long, finite, not zero. */
  embed(
    texts: readonly string[],
    role: EmbeddingRole,
    signal: AbortSignal,
  ): Promise<{ readonly spaceId: string; readonly vectors: readonly Float32Array[] }>;
  countTokens(
    texts: readonly string[],
  ): Promise<{ readonly counts: readonly number[]; readonly precision: 'exact' | 'upper-bound' }>;
}

/** What texts are embedded for; each purpose is configured apart. */
export type EmbeddingPurpose = 'projects' | 'userProfile';

/** LangChain embeddings bound to one space for life; fails over only between targets that serve that space. */
export interface SpaceBoundEmbeddings extends Embeddings {
  readonly space: EmbeddingSpace;
}

/** Chooses the model of a purpose; a cloud model is another instance with another space, and only where the purpose allows it. */
export interface EmbeddingsFactory {
  for(purpose: EmbeddingPurpose, signal: AbortSignal): Promise<SpaceBoundEmbeddings>;
}

/** The embeddings factory, provided by the plugin that has embedding models. */
export const EMBEDDINGS_FACTORY: Token<EmbeddingsFactory> = defineToken<EmbeddingsFactory>('embeddings-factory');
