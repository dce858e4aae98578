import type { KnowledgeStore } from '../contracts/knowledge/knowledge-store.ts';
import type { Loader } from '../contracts/knowledge/loader.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { IngestProgress } from './ingest-report.ts';

/** The part of a store that an ingest uses; a dry run writes nothing and needs no store that exists. */
export type IngestStore = Pick<KnowledgeStore, 'beginWriting' | 'embeddings' | 'sources' | 'add' | 'remove'>;

/** What is ingested, and where to. */
export interface IngestOptions {
  /** Path of the folder. */
  readonly folder: string;
  readonly store: IngestStore;
  /** `BUILT_IN_LOADERS` and those of plugins; of two for one ending the later one is taken. */
  readonly loaders: readonly Loader[];
  /** Globs relative to the folder; none means everything. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Reads and counts, but neither writes nor embeds. */
  readonly dryRun?: boolean;
  /** 10 MiB for text and 64 MiB for other formats unless told. */
  readonly maxFileBytes?: number;
  /**
   * `startedAt` of the last run that finished. Files that nothing has touched since are not even opened; without it
   * every file is read and known by its digest.
   */
  readonly ingestedAt?: number;
  /** For loading one file; 30 s, and a second more for each MiB, unless told. */
  readonly fileLimitMs?: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
  readonly log?: Logger;
  readonly clock?: Clock;
}
