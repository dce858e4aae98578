import type { KnowledgeSource, Splitting } from '../../contracts/knowledge/knowledge-source.ts';
import type { TokenCounts } from '../../contracts/models/embedding-model.ts';
import type { LeftOutReason } from '../ingest-report.ts';

/** One file to be read; plain data, since it crosses to a worker. */
export interface DocumentJob {
  /** Absolute path of the folder, links resolved. */
  readonly root: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly loaderId: string;
  readonly modifiedAt: number;
  readonly maxBytes: number;
  readonly splitting: Splitting;
  /** What passages are cut to; below `splitting.maxTokens` after a model refused one. */
  readonly maxTokens: number;
  /** Digest that is stored: a file that still has it is not loaded. */
  readonly knownSha256?: string;
}

/** What became of a file. */
export type DocumentOutcome =
  | { readonly kind: 'read'; readonly source: KnowledgeSource; readonly tokens: number }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'left-out'; readonly reason: LeftOutReason }
  | { readonly kind: 'broken'; readonly code: string; readonly message: string };

/** Counts the tokens of texts as the embedding model does. */
export type CountTokens = (texts: readonly string[], signal: AbortSignal) => Promise<TokenCounts>;

/** What the host tells the worker. */
export type WorkerRequest =
  { readonly kind: 'read'; readonly job: DocumentJob } | { readonly kind: 'counted'; readonly counts: TokenCounts };

/** What the worker tells the host; one job at a time, one count at a time. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly outcome: DocumentOutcome }
  | { readonly kind: 'count'; readonly texts: readonly string[] };
