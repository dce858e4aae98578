import type { EmbeddingPurpose, EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import type {
  KnowledgePassage,
  KnowledgeQuery,
  KnowledgeSource,
  Splitting,
  StoredSource,
} from '../../contracts/knowledge/knowledge-source.ts';
import type { KnowledgeStats, SpaceStats } from '../../contracts/knowledge/knowledge-store.ts';
import type { PassageVector } from '../../contracts/knowledge/vector-access.ts';
import type { BackupCalls } from './calls/backup-calls.ts';
import type { MigrationCalls } from './calls/migration-calls.ts';
import type { RepairCalls } from './calls/repair-calls.ts';
import type { ReconcileCalls } from './calls/reconcile-calls.ts';
import type { SpaceCalls } from './calls/space-calls.ts';
import type { ErrorCode } from '../../contracts/errors/error-table.ts';

/** A kind of index as the worker needs it. */
export interface IndexChoice {
  readonly id: string;
  /** File URL. */
  readonly module: string;
  readonly preferredFromRows: number;
}

/** A place in what was staged: which source, which of its passages. */
export interface StagedPlace {
  readonly source: number;
  readonly chunk: number;
}

/** What one space of a store holds, for the search. */
interface SearchableSpace {
  readonly space: EmbeddingSpace;
  readonly role: SpaceStats['role'];
  readonly vectors: number;
}

/** What the worker of a store does: one entry a call, with what goes in and what comes out. */
export interface StoreCalls extends BackupCalls, MigrationCalls, ReconcileCalls, RepairCalls, SpaceCalls {
  readonly open: {
    readonly input: {
      readonly purpose: EmbeddingPurpose;
      readonly name: string;
      readonly location: string;
      readonly create: boolean;
    };
    readonly output: null;
  };
  /** The kinds of index there are, best first where the settings name one. */
  readonly useIndexes: { readonly input: readonly IndexChoice[]; readonly output: null };
  readonly lock: { readonly input: { readonly task: string }; readonly output: null };
  readonly unlock: { readonly input: null; readonly output: null };
  /** Hashes sources, keeps them until `commit`, and tells which texts have no vector in the space, each once. */
  readonly stage: {
    readonly input: {
      readonly sources: readonly KnowledgeSource[];
      readonly space?: EmbeddingSpace;
      /** The space was guessed; recorded where the store does not know it yet. */
      readonly isInferred?: boolean;
      /** The space never becomes the primary one, and texts that the primary one holds are not missing. */
      readonly isFallback?: boolean;
    };
    readonly output: { readonly missing: readonly StagedPlace[]; readonly reused: number };
  };
  /** Writes the first `count` of what was staged, one transaction each; the vectors are of `missing`, in its order. */
  readonly commit: {
    readonly input: { readonly vectors: Float32Array; readonly count: number };
    readonly output: null;
  };
  readonly remove: {
    readonly input: { readonly paths: readonly string[] };
    readonly output: { readonly removed: number };
  };
  readonly searchable: { readonly input: null; readonly output: readonly SearchableSpace[] };
  readonly search: {
    readonly input: {
      readonly query: KnowledgeQuery;
      readonly vectors: readonly { readonly spaceId: string; readonly vector: Float32Array }[];
    };
    readonly output: { readonly passages: readonly KnowledgePassage[]; readonly notices: readonly string[] };
  };
  /** Passages with their vectors in a space, by path and ordinal, some at a time. */
  readonly passages: {
    readonly input: {
      readonly spaceId: string;
      readonly after?: { readonly path: string; readonly ordinal: number };
      readonly limit: number;
    };
    readonly output: readonly PassageVector[];
  };
  readonly sources: { readonly input: null; readonly output: readonly StoredSource[] };
  readonly read: { readonly input: { readonly path: string }; readonly output: KnowledgeSource | null };
  readonly splittings: { readonly input: null; readonly output: readonly Splitting[] };
  /** Texts without a vector in the space, after a text, some at a time. */
  readonly missing: {
    readonly input: {
      readonly space: EmbeddingSpace;
      readonly after: number;
      readonly limit: number;
      /** Leaves out texts that the primary space holds. */
      readonly isFallback?: boolean;
    };
    readonly output: {
      readonly total: number;
      readonly ids: readonly number[];
      readonly texts: readonly string[];
    };
  };
  /** Stores vectors of texts of the store, one after another, in one transaction. */
  readonly fill: {
    readonly input: {
      readonly space: EmbeddingSpace;
      readonly ids: readonly number[];
      readonly vectors: Float32Array;
      /** The space never becomes the primary one. */
      readonly isFallback?: boolean;
    };
    readonly output: null;
  };
  readonly stats: { readonly input: null; readonly output: Omit<KnowledgeStats, 'isReadOnly'> };
  readonly close: { readonly input: null; readonly output: null };
}

/** Name of a call. */
export type CallName = keyof StoreCalls;

/** An error on its way between threads. */
export interface StoreFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly stack?: string;
}

/** What the main thread sends. */
export type CallMessage =
  | { readonly id: number; readonly name: CallName; readonly input: StoreCalls[CallName]['input'] }
  | { readonly abort: number };

/** What the worker answers. */
export type ReplyMessage =
  | { readonly id: number; readonly output: StoreCalls[CallName]['output'] }
  | { readonly id: number; readonly fault: StoreFault };
