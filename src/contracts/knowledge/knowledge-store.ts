import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Disposable } from '../plugins/disposable.ts';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { EmbeddingPurpose, EmbeddingSpace, SpaceBoundEmbeddings } from '../models/embedding-model.ts';
import type { KnowledgeFindings, KnowledgeQuery, KnowledgeSource, StoredSource } from './knowledge-source.ts';
import type { StoreMigrations } from './migration.ts';
import type { RepairReport, RestoreReport, StoreUpkeep } from './upkeep.ts';
import type { VectorAccess } from './vector-access.ts';

/** Counts of one space of a store. */
export interface SpaceStats {
  readonly space: EmbeddingSpace;
  readonly vectors: number;
  /**
   * `primary`: of the store's own model. `fallback`: filled while that was out of reach. `former`: of a model that the
   * store has left. `target`: a migration fills it.
   */
  readonly role: 'primary' | 'fallback' | 'former' | 'target';
  /** Texts of the store without a vector in this space. */
  readonly missing: number;
  /** Driver of its index. */
  readonly index: string;
  /** Origin was guessed when it was imported from a folder that does not tell its model. */
  readonly isInferred: boolean;
}

/** Counts of a store. */
export interface KnowledgeStats {
  readonly sources: number;
  readonly chunks: number;
  /** Different texts; one that occurs twice is embedded once. */
  readonly texts: number;
  readonly spaces: readonly SpaceStats[];
  /** Bytes on disk, indexes included. */
  readonly bytes: number;
  readonly isReadOnly: boolean;
}

/** How sources are added. */
export interface AddOptions {
  /** Keeps full text now and leaves the vectors to `embedMissing`: for what must not be lost while no model can be reached. */
  readonly isTextOnly?: boolean;
}

/** How a store is checked. */
export interface VerifyOptions {
  /** Reads every page and row, reckons every hash anew, and embeds some texts again to compare. */
  readonly isDeep?: boolean;
}

/** What adding took. */
export interface AddReport {
  readonly sources: number;
  readonly chunks: number;
  /** Texts that were embedded now. */
  readonly embedded: number;
  /** Texts whose vector was there already. */
  readonly reused: number;
}

/** What `verify` found, one line each; nothing was changed. */
export interface VerifyReport {
  readonly isSound: boolean;
  readonly faults: readonly string[];
  /** What was derived anew (an index), one line each. */
  readonly rebuilt: readonly string[];
  readonly checked: { readonly sources: number; readonly chunks: number; readonly vectors: number };
  /** What a deep look took in, and what it could not, one line each; nothing of it is a fault. */
  readonly notes?: readonly string[];
}

/**
 * Sources, passages, full text and vectors of one project or profile; the database is the truth, indexes are derived.
 * A path that is added again replaces what was there, in one transaction. Every method throws StoreError
 * (E_STORE_LOCKED with who holds it, E_STORE_CORRUPT, E_STORE_MISMATCH), E_DISK_FULL or E_CANCELLED.
 */
export interface KnowledgeStore {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  /** Folder of the store. */
  readonly location: string;
  readonly isReadOnly: boolean;
  /** Vectors in and out, for LangChain and its folders; absent where the store cannot do this. */
  readonly vectors?: VectorAccess;
  /** Absent where the store cannot move to another model. */
  readonly migrations?: StoreMigrations;
  readonly upkeep?: StoreUpkeep;
  /** Takes the one writer's place until disposed; `task` tells others what it is for. Held over a whole run, or by each write alone. */
  beginWriting(task: string, signal: AbortSignal): Promise<Disposable>;
  /**
   * The embeddings that new texts get: those of the store's own space, whichever model the settings name now; for a store
   * that has none yet the model of the settings. Where that is out of reach, what stands in for it. Undefined where the
   * purpose is off, so that only full text is kept. E_STORE_MISMATCH where the model has changed behind its name.
   */
  embeddings(signal: AbortSignal): Promise<SpaceBoundEmbeddings | undefined>;
  /** Embeds what has no vector yet, then writes one transaction a source, in order; what was written stays when a later one fails. */
  add(sources: readonly KnowledgeSource[], signal: AbortSignal, options?: AddOptions): Promise<AddReport>;
  /** Removes sources with their passages, full text, and the texts and vectors that nothing else uses. */
  remove(paths: readonly string[], signal: AbortSignal): Promise<{ readonly removed: number }>;
  search(query: KnowledgeQuery, signal: AbortSignal): Promise<KnowledgeFindings>;
  sources(signal: AbortSignal): Promise<readonly StoredSource[]>;
  /** Passages of one source in order; empty for an unknown path. */
  read(path: string, signal: AbortSignal): Promise<KnowledgeSource | undefined>;
  /**
   * Embeds every text that lacks a vector in the space of `embeddings`; where that is not the store's own, what its own
   * lacks too. The store keeps its model: `migrations` moves it to another. Resumable.
   */
  embedMissing(
    signal: AbortSignal,
    onProgress?: (done: number, total: number) => void,
  ): Promise<{ readonly embedded: number }>;
  stats(signal: AbortSignal): Promise<KnowledgeStats>;
  verify(signal: AbortSignal, options?: VerifyOptions): Promise<VerifyReport>;
  close(): Promise<void>;
}

/** How a store is opened. */
export interface OpenStoreOptions {
  /** Makes the store when there is none; otherwise that is a UsageError. */
  readonly create?: boolean;
}

/** Which store it is. */
export interface StoreRequest {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  /** Folder of the store. */
  readonly location: string;
}

/** Opens stores of one kind; SQLite first. */
export interface StoreDriver {
  readonly id: string;
  open(request: StoreRequest, options: OpenStoreOptions, signal: AbortSignal): Promise<KnowledgeStore>;
  /** Gets back what can be got back of a store that may not open any more; the damaged files are kept aside. */
  repair?(location: string, signal: AbortSignal): Promise<RepairReport>;
  /** Puts a backup in the place of a store that is not there, whole or not at all, after checking it. */
  restore?(file: string, request: StoreRequest, signal: AbortSignal): Promise<RestoreReport>;
}

/** Drivers of stores. */
export const STORE_DRIVERS: ExtensionPoint<StoreDriver> = defineExtensionPoint<StoreDriver>({
  id: 'store-drivers',
  summary: 'back ends of knowledge stores',
  idOf: (driver) => driver.id,
});

/** Opens the store of a project, or of the profile, by name. */
export interface KnowledgeStores {
  /** UsageError for a name that is no folder name, and for a store that is not there unless `create` is told. */
  open(
    purpose: EmbeddingPurpose,
    name: string,
    signal: AbortSignal,
    options?: OpenStoreOptions,
  ): Promise<KnowledgeStore>;
  /** As the driver's `repair`. UsageError where there is no store, or its driver cannot do it. */
  repair(purpose: EmbeddingPurpose, name: string, signal: AbortSignal): Promise<RepairReport>;
  /** As the driver's `restore`. UsageError where there is a store already, or the driver cannot do it. */
  restore(file: string, purpose: EmbeddingPurpose, name: string, signal: AbortSignal): Promise<RestoreReport>;
  /**
   * Makes the store that takes the place of a folder which another program wrote and which is only read: `fill` writes
   * it aside, and it is put beside those files when that is done. Until then, and where it fails, the folder is opened.
   * UsageError where there is no such folder, or a store of ours already.
   */
  supersede<Result>(
    request: { readonly purpose: EmbeddingPurpose; readonly name: string },
    fill: (store: KnowledgeStore) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result>;
  /** Folder of the store, whether it is there or not. */
  locate(purpose: EmbeddingPurpose, name: string): string;
  /** Names of the stores there are. */
  list(purpose: EmbeddingPurpose): Promise<readonly string[]>;
}

/** The store factory, provided by the plugin that has stores. */
export const KNOWLEDGE_STORES: Token<KnowledgeStores> = defineToken<KnowledgeStores>('knowledge-stores');
