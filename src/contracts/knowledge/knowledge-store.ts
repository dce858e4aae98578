import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { EmbeddingSpace } from '../models/embedding-model.ts';

/** One document as ingested; `path` is relative to the root of its folder. */
export interface KnowledgeSource {
  readonly path: string;
  readonly sha256: string;
  readonly mediaType: string;
  readonly modifiedAt: number;
  readonly chunks: readonly KnowledgeChunk[];
}

/** One passage of a source; offsets in characters of the source's text. */
export interface KnowledgeChunk {
  readonly ordinal: number;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly headings: readonly string[];
  readonly line?: number;
  readonly page?: number;
}

/** Conditions of a search, as data. */
export interface KnowledgeFilter {
  readonly pathPrefix?: string;
  readonly mediaTypes?: readonly string[];
  readonly modifiedAfter?: number;
  readonly modifiedBefore?: number;
}

/** What to search; `hybrid` merges vector and full-text ranks. */
export interface KnowledgeQuery {
  readonly text: string;
  readonly k: number;
  readonly filter?: KnowledgeFilter;
  readonly mode: 'hybrid' | 'vector' | 'text';
}

/** A found passage with what its score is made of. */
export interface KnowledgePassage {
  readonly path: string;
  readonly chunk: KnowledgeChunk;
  readonly score: number;
  readonly parts: Readonly<Partial<Record<'vector' | 'text', number>>>;
}

/** Counts of a store. */
export interface KnowledgeStats {
  readonly sources: number;
  readonly chunks: number;
  readonly spaces: readonly { readonly space: EmbeddingSpace; readonly vectors: number }[];
}

/** What a migration would take; nothing has been written. */
export interface MigrationPlan {
  readonly to: EmbeddingSpace;
  readonly texts: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly costUsd?: number;
  readonly diskBytes: number;
}

/** Sources, passages, full text and vectors of one project or profile; the database is the truth, indexes are derived. */
export interface KnowledgeStore {
  add(sources: readonly KnowledgeSource[], signal: AbortSignal): Promise<void>;
  search(query: KnowledgeQuery, signal: AbortSignal): Promise<readonly KnowledgePassage[]>;
  remove(paths: readonly string[], signal: AbortSignal): Promise<void>;
  stats(signal: AbortSignal): Promise<KnowledgeStats>;
  verify(signal: AbortSignal): Promise<readonly string[]>;
  planMigration(to: EmbeddingSpace, signal: AbortSignal): Promise<MigrationPlan>;
  migrate(plan: MigrationPlan, signal: AbortSignal): Promise<void>;
  rollback(signal: AbortSignal): Promise<void>;
  reconcile(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Opens stores; SQLite first. */
export interface StoreDriver {
  readonly id: string;
  open(location: string, signal: AbortSignal): Promise<KnowledgeStore>;
}

/** Holds row ids and vectors of one space, nothing else. */
export interface VectorIndex {
  build(rows: readonly number[], vectors: readonly Float32Array[], signal: AbortSignal): Promise<void>;
  add(rows: readonly number[], vectors: readonly Float32Array[], signal: AbortSignal): Promise<void>;
  remove(rows: readonly number[], signal: AbortSignal): Promise<void>;
  search(query: Float32Array, k: number, signal: AbortSignal): Promise<readonly { row: number; score: number }[]>;
  save(path: string, signal: AbortSignal): Promise<void>;
  open(path: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Makes indexes of one kind (`exact`, `faiss`). */
export interface VectorIndexDriver {
  readonly id: string;
  create(space: EmbeddingSpace): VectorIndex;
}

/** Drivers of stores. */
export const STORE_DRIVERS: ExtensionPoint<StoreDriver> = defineExtensionPoint<StoreDriver>({
  id: 'store-drivers',
  summary: 'back ends of knowledge stores',
  idOf: (driver) => driver.id,
});

/** Drivers of vector indexes. */
export const INDEX_DRIVERS: ExtensionPoint<VectorIndexDriver> = defineExtensionPoint<VectorIndexDriver>({
  id: 'index-drivers',
  summary: 'kinds of vector indexes',
  idOf: (driver) => driver.id,
});

/** Opens the store of a project or of the profile by its purpose and name. */
export interface KnowledgeStores {
  open(purpose: 'projects' | 'userProfile', name: string, signal: AbortSignal): Promise<KnowledgeStore>;
}

/** The store factory, provided by the plugin that has stores. */
export const KNOWLEDGE_STORES: Token<KnowledgeStores> = defineToken<KnowledgeStores>('knowledge-stores');
