import type { EmbeddingSpace } from '../models/embedding-model.ts';

/** What bringing vectors home would take, or took. */
export interface ReconcileReport {
  /** The space of the store; undefined where it has none, so that there is nothing to bring home to. */
  readonly to?: EmbeddingSpace;
  /** Texts that only a stand-in's space held, and texts that no space held. */
  readonly fromFallback: number;
  readonly withoutVector: number;
  /** Embedded by this run; 0 for a plan. */
  readonly embedded: number;
  /** Texts longer than the store's own model reads; they stay where they are until their folder is ingested again. */
  readonly tooLong: number;
  readonly tokens: number;
  /** Undefined where the price is not known; 0 for a model of this machine. */
  readonly usd?: number;
  /** Spaces that were dropped, since nothing is in them that the store's own does not hold. */
  readonly dropped: readonly EmbeddingSpace[];
}

/** How vectors are brought home. */
export interface ReconcileOptions {
  readonly signal: AbortSignal;
  /** Counts and prices; changes nothing. */
  readonly isPlan?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A copy of a store in one file. */
export interface BackupReport {
  readonly file: string;
  readonly bytes: number;
  readonly sources: number;
  readonly chunks: number;
  readonly vectors: number;
  /** Of the file. */
  readonly sha256: string;
}

/** What is written into a backup beside the store, for whoever restores it: plain data, such as the record of a project. */
export type BackupNote = Readonly<Record<string, unknown>>;

/** What was put in place of a store that was not there. */
export interface RestoreReport {
  readonly sources: number;
  readonly chunks: number;
  readonly vectors: number;
  /** As it was given to `backup`. */
  readonly note?: BackupNote;
}

/** How near the model that answers now is to the one that filled the store. */
export interface ModelComparison {
  readonly space: EmbeddingSpace;
  /** The model that answers; the same space where it changed behind its name. */
  readonly served: EmbeddingSpace;
  /** Lowest cosine of the canary texts. */
  readonly cosine: number;
  /** `same`: nothing to do. `near`: another build of the model, may be accepted. `far`: another model. */
  readonly verdict: 'same' | 'near' | 'far';
}

/** What keeps a store sound beside its daily use; absent where a store cannot do this. */
export interface StoreUpkeep {
  /**
   * Embeds in the store's own space what only a stand-in's holds, and texts without any vector; drops the stand-in's
   * vectors then. Resumable. E_NO_ROUTE while the model of the store cannot be reached.
   */
  reconcile(options: ReconcileOptions): Promise<ReconcileReport>;
  /** Writes a consistent copy while others read and write; the file appears whole or not at all. UsageError for one that is there. */
  backup(file: string, signal: AbortSignal, note?: BackupNote): Promise<BackupReport>;
  /** Compares the canaries of the store with the model that would serve it; undefined where none was recorded or none answers. */
  compareModel(signal: AbortSignal): Promise<ModelComparison | undefined>;
  /** Records that the model that answers now may be used with these vectors. UsageError for one that is far. */
  acceptModel(signal: AbortSignal): Promise<ModelComparison>;
}

/** What repairing found and did, one line each. */
export interface RepairReport {
  readonly found: readonly string[];
  readonly rebuilt: readonly string[];
  /** What could not be got back, and what helps. */
  readonly lost: readonly string[];
  /** The damaged files, kept aside; undefined where nothing had to be replaced. */
  readonly keptAt?: string;
  readonly kept: { readonly sources: number; readonly chunks: number; readonly vectors: number };
}
