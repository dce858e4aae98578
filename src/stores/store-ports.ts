import type { EmbeddingPurpose, SpaceBoundEmbeddings } from '../contracts/models/embedding-model.ts';
import type { StoreLink } from './link/store-link.ts';
import type { CanaryWatch } from './spaces/canary-watch.ts';
import type { StoreEnvironment } from './store-environment.ts';

/** What an open store lends to its parts: its worker, its turn to write, its indexes, its embeddings. */
export interface StorePorts {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  readonly location: string;
  readonly link: StoreLink;
  readonly environment: StoreEnvironment;
  /** Sees that what is written is of the model that filled its space. */
  readonly canaries: CanaryWatch;
  /** As the store's own `embeddings`. */
  embeddings(signal: AbortSignal): Promise<SpaceBoundEmbeddings | undefined>;
  /** Does the work with the writer's place, after the writes that were asked for before it. */
  inTurn<Result>(task: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
  /** Makes sure that the worker knows the kinds of index; what must be told of them. */
  useIndexes(signal: AbortSignal): Promise<readonly string[]>;
}
