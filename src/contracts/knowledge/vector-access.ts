import type { EmbeddingSpace } from '../models/embedding-model.ts';
import type { KnowledgeChunk, KnowledgeFilter, KnowledgeFindings, KnowledgeSource } from './knowledge-source.ts';
import type { AddReport } from './knowledge-store.ts';

/** A passage as it leaves a store, with its vector in the space that was asked for. */
export interface PassageVector {
  readonly chunkId: string;
  readonly path: string;
  readonly mediaType: string;
  readonly modifiedAt: number;
  readonly chunk: KnowledgeChunk;
  /** Normalised to length 1. */
  readonly vector: Float32Array;
}

/** A source whose vectors are known: one a passage, in order; undefined where the passage has none. */
export interface VectoredSource {
  readonly source: KnowledgeSource;
  readonly vectors: readonly (Float32Array | undefined)[];
}

/** A search by a vector, which names the space it is of. */
export interface VectorQuery {
  readonly spaceId: string;
  readonly vector: Float32Array;
  readonly k: number;
  readonly filter?: KnowledgeFilter;
}

/** The way in and out of a store for those who bring vectors along; a store that cannot do this has none. */
export interface VectorAccess {
  /** Passages with their vectors, by path and ordinal, some at a time; passages without a vector in the space are left out. */
  read(spaceId: string, signal: AbortSignal): AsyncIterable<readonly PassageVector[]>;
  /**
   * Adds sources as `add` does, with the given vectors instead of embedding. E_STORE_MISMATCH, with nothing written, where
   * a source has not one vector a passage, a vector has not the dimensions of the space or is not finite or zero, or the
   * store knows the space with another record.
   */
  add(
    sources: readonly VectoredSource[],
    target: {
      readonly space: EmbeddingSpace;
      readonly isInferred: boolean;
      /** Its model stands in for the wanted one: the space never becomes the store's own. */
      readonly isFallback?: boolean;
    },
    signal: AbortSignal,
  ): Promise<AddReport>;
  /** The nearest passages of one space, best first, `parts.vector` set; E_STORE_MISMATCH for a space the store does not hold. */
  search(query: VectorQuery, signal: AbortSignal): Promise<KnowledgeFindings>;
}
