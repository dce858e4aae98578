import type { KnowledgeChunk, Splitting } from '../../../contracts/knowledge/knowledge-source.ts';
import type { MigrationStatus, MigrationVerification } from '../../../contracts/knowledge/migration.ts';
import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';

/** A migration that is under way. */
export interface OpenMigration {
  readonly id: number;
  readonly from?: EmbeddingSpace;
  readonly to: EmbeddingSpace;
}

/** A text by its hash, so that what vanishes meanwhile is never taken for another. */
export interface UnfilledTexts {
  /** Of the migration to this space; undefined where there is none. */
  readonly state?: MigrationStatus['state'] | 'pruning';
  /** What the space needs in all, and what it has of that. */
  readonly needed: number;
  readonly done: number;
  /** Id of the last one, from which the next call goes on. */
  readonly last: number;
  readonly hashes: readonly string[];
  readonly texts: readonly string[];
}

/** A source with its passages as they are searched now. */
export interface CutSource {
  readonly path: string;
  /** Of what is stored now; what was cut for another state of the source is not parked. */
  readonly fingerprint: string;
  readonly splitting: Splitting;
  readonly chunks: readonly KnowledgeChunk[];
}

/** Calls of the migration to another model. */
export interface MigrationCalls {
  /** Takes the place of the one who embeds what is stored already, for a run; E_STORE_LOCKED when somebody has it. */
  readonly beginRun: { readonly input: { readonly task: string }; readonly output: null };
  readonly endRun: { readonly input: null; readonly output: null };
  /** How the last migration stands; null without one, and while it is pruned. */
  readonly migrationStatus: { readonly input: null; readonly output: MigrationStatus | null };
  /** What the space would take, whether it is there or not. */
  readonly surveyTarget: {
    readonly input: { readonly space: EmbeddingSpace };
    readonly output: {
      readonly from?: EmbeddingSpace;
      readonly texts: number;
      readonly done: number;
      /** Texts without a vector in the space whose vectors in the searched space could be cut. */
      readonly cuttable: number;
    };
  };
  /**
   * Begins a migration to the space or goes on with one; null where the space is the searched one already. E_MIGRATION
   * where another one is under way.
   */
  readonly beginMigration: {
    readonly input: { readonly space: EmbeddingSpace };
    readonly output: OpenMigration | null;
  };
  /** Asks who fills to stop. UsageError where nobody fills. */
  readonly pauseMigration: { readonly input: null; readonly output: null };
  /** Texts that the space needs and lacks, after an id, some at a time. */
  readonly unfilledTexts: {
    readonly input: { readonly space: EmbeddingSpace; readonly after: number; readonly limit: number };
    /** Counted from the beginning only, since that reads all: later windows tell 0 of both. */
    readonly output: UnfilledTexts;
  };
  /** Stores vectors of texts in the target, in one transaction; a text that vanished meanwhile is left out. */
  readonly fillTarget: {
    readonly input: {
      readonly migration: number;
      readonly hashes: readonly string[];
      readonly vectors: Float32Array;
    };
    readonly output: null;
  };
  /** Shortens vectors of the searched space for the target, in one transaction; how many. */
  readonly cutVectors: {
    readonly input: { readonly migration: number; readonly limit: number };
    readonly output: number;
  };
  /** The sources that have passages of these texts. */
  readonly sourcesOfTexts: {
    readonly input: { readonly hashes: readonly string[] };
    readonly output: readonly CutSource[];
  };
  /** Parks a source as it is cut for the target; false where it is another one by now. */
  readonly parkSource: {
    readonly input: { readonly migration: number; readonly source: CutSource; readonly splitting: Splitting };
    readonly output: boolean;
  };
  /** Parks how sources that keep their passages are to be recorded after the switch, some at a time; how many. */
  readonly parkSplittings: {
    readonly input: {
      readonly migration: number;
      readonly tokenizer: string;
      readonly maxTokens: number;
      readonly limit: number;
    };
    readonly output: number;
  };
  /** Checks the filled space; the questions are not asked by it. */
  readonly verifyTarget: {
    readonly input: { readonly migration: number };
    readonly output: MigrationVerification;
  };
  /** Share of the ten nearest that a question has in common in both spaces. */
  readonly compareAnswers: {
    readonly input: { readonly migration: number; readonly old: Float32Array; readonly new: Float32Array };
    readonly output: number;
  };
  /** Keeps what was found. */
  readonly recordVerification: {
    readonly input: { readonly migration: number; readonly verification: MigrationVerification };
    readonly output: null;
  };
  /** Switches in one transaction, unless something is missing still or it was paused. */
  readonly switchMigration: {
    readonly input: { readonly migration: number };
    readonly output: { readonly isSwitched: boolean };
  };
  /** Switches back in one transaction. */
  readonly rollbackMigration: {
    readonly input: null;
    readonly output: { readonly to: EmbeddingSpace; readonly missing: number };
  };
  /** Marks what is to be pruned: it is searched and filled by nobody from then on. UsageError where nothing is. */
  readonly beginPruning: {
    readonly input: null;
    readonly output: { readonly pruned: readonly EmbeddingSpace[]; readonly vectors: number };
  };
  /** Deletes some of what is marked; false when all of it is gone. */
  readonly pruneSome: { readonly input: null; readonly output: boolean };
  /** True where pruning was broken off. */
  readonly isPruning: { readonly input: null; readonly output: boolean };
}
