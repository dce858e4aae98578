import type { EmbeddingSpace } from '../models/embedding-model.ts';
import type { Locality } from '../models/model-info.ts';

/** The model that a store is to move to. */
export interface MigrationTarget {
  /** A name in any spelling that the catalogue knows, or `provider:model`; the configured model of the purpose without it. */
  readonly model?: string;
  /** A shorter length of vectors, where the model was trained to be cut to it. */
  readonly dimensions?: number;
}

/** What a migration would take; nothing was written for it. */
export interface MigrationPlan {
  /** The space that is searched now; undefined where nothing is embedded yet. */
  readonly from?: EmbeddingSpace;
  readonly to: EmbeddingSpace;
  readonly locality: Locality;
  /** `cut`: the vectors there are, shortened and brought to length 1 again, without asking the model. */
  readonly how: 'embed' | 'cut';
  /** Texts that the new space will hold. */
  readonly texts: number;
  /** Of these, the ones it holds already. */
  readonly done: number;
  /** Of the texts that are to be embedded. */
  readonly tokens: number;
  readonly tokensPrecision: 'exact' | 'upper-bound' | 'estimate';
  /** Texts longer than the new model reads, and the number of passages that they are cut into for it. */
  readonly tooLong: number;
  readonly cutInto: number;
  /** From a timed probe; 0 where nothing is to be embedded. */
  readonly seconds: number;
  /** Undefined where the price is not known. */
  readonly usd?: number;
  /** What vectors and index will take until the old ones are pruned, and what is free there. */
  readonly diskBytes: number;
  readonly freeBytes?: number;
}

/** What was found of the filled space before it was switched to. */
export interface MigrationVerification {
  readonly isSound: boolean;
  /** One line each; a space with any is not switched to. */
  readonly faults: readonly string[];
  readonly vectors: number;
  /** Passages chosen at random, and those of them that their own vector finds first. */
  readonly sampled: number;
  readonly foundFirst: number;
  /** Share of the ten nearest that old and new space have in common, over the sample; told, not judged. */
  readonly overlapAt10?: number;
  /** The same for each saved question; undefined where a model could not be asked. */
  readonly questions: readonly { readonly text: string; readonly overlapAt10?: number }[];
}

/** How a migration stands. */
export interface MigrationStatus {
  readonly from?: EmbeddingSpace;
  readonly to: EmbeddingSpace;
  /** `switched`: the new space is searched and the old one kept. `rolled-back`: the other way round. */
  readonly state: 'filling' | 'paused' | 'switched' | 'rolled-back';
  readonly texts: number;
  readonly done: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly changedAt: number;
  /** Vectors that pruning would delete. */
  readonly oldVectors: number;
  readonly verification?: MigrationVerification;
}

/** Where a migration is. */
export interface MigrationProgress {
  readonly phase: 'cut' | 'embed' | 'verify';
  readonly done: number;
  readonly total: number;
}

/** How a migration is run. */
export interface MigrateOptions {
  readonly signal: AbortSignal;
  /** Texts embedded in a second at most. */
  readonly textsPerSecond?: number;
  /** Asked in both spaces before the switch. */
  readonly questions?: readonly string[];
  readonly onProgress?: (progress: MigrationProgress) => void;
}

/** What a migration did. */
export interface MigrationReport {
  readonly from?: EmbeddingSpace;
  readonly to: EmbeddingSpace;
  /** Embedded or cut by this run; what an earlier one did is not counted again. */
  readonly embedded: number;
  readonly verification: MigrationVerification;
  /** True where the store had this space already and nothing was to be done. */
  readonly wasDone: boolean;
}

/**
 * Moves a store from one embedding model to another. The old space is searched until the new one is filled and verified;
 * what is added meanwhile is in both before the switch. Every step may be killed and is gone on with by the next `run`.
 *
 * | state       | run                      | pause     | rollback       | prune                        |
 * |-------------|--------------------------|-----------|----------------|------------------------------|
 * | none        | -> filling -> switched   | E_USAGE   | E_USAGE        | E_USAGE                      |
 * | filling     | goes on -> switched      | -> paused | E_USAGE        | -> none, what was filled goes |
 * | paused      | -> filling -> switched   | same      | E_USAGE        | -> none, what was filled goes |
 * | switched    | another target: filling  | E_USAGE   | -> rolled-back | -> none, the old space goes   |
 * | rolled-back | goes on -> switched      | E_USAGE   | E_USAGE        | -> none, the new space goes   |
 */
export interface StoreMigrations {
  /** Counts, measures and prices; writes nothing into the store. */
  plan(target: MigrationTarget, signal: AbortSignal): Promise<MigrationPlan>;
  /**
   * Fills, verifies, switches. E_MIGRATION where it was paused meanwhile, where another migration of the store is under
   * way, or where the filled space is not sound: then the old space stays in use.
   */
  run(target: MigrationTarget, options: MigrateOptions): Promise<MigrationReport>;
  /** Asks the process that fills to stop after its batch; a later `run` goes on. */
  pause(signal: AbortSignal): Promise<MigrationStatus>;
  /** The last migration that was not pruned; undefined without one. */
  status(signal: AbortSignal): Promise<MigrationStatus | undefined>;
  /** Switches back, in one transaction; `missing` texts came later and have no vector in the old space. */
  rollback(signal: AbortSignal): Promise<{ readonly to: EmbeddingSpace; readonly missing: number }>;
  /** Deletes the space that is not searched: the old one after a switch, else what was filled. */
  prune(signal: AbortSignal): Promise<{ readonly pruned: readonly EmbeddingSpace[]; readonly vectors: number }>;
}
