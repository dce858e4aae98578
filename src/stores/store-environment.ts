import type { KnowledgeChunk } from '../contracts/knowledge/knowledge-source.ts';
import type { EmbeddingsFactory, TokenCounts } from '../contracts/models/embedding-model.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';

/**
 * Cuts a passage into smaller ones, each with its headings no longer than `maxTokens` as it is embedded, with its own
 * offsets, line and headings; their ordinals are of the passage. Throws what counting throws.
 */
export type CutPassage = (
  chunk: KnowledgeChunk,
  limits: { readonly maxTokens: number; readonly overlapTokens: number },
  count: (texts: readonly string[]) => Promise<TokenCounts>,
) => Promise<readonly KnowledgeChunk[]>;

/** What every store of a host is given. */
export interface StoreEnvironment {
  /** Asked for when texts are embedded, not before. */
  embeddings(): EmbeddingsFactory;
  readonly extensions: Extensions;
  readonly settings: Pick<HostSettings, 'knowledge' | 'embeddings'>;
  /** Cuts what a new model does not read whole; without it such a store cannot move to that model. */
  readonly cut?: CutPassage;
  /** Another worker in place of the real one; tests use it. */
  readonly workerFile?: URL;
}
