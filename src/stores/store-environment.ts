import type { EmbeddingsFactory } from '../contracts/models/embedding-model.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';

/** What every store of a host is given. */
export interface StoreEnvironment {
  /** Asked for when texts are embedded, not before. */
  embeddings(): EmbeddingsFactory;
  readonly extensions: Extensions;
  readonly settings: Pick<HostSettings, 'knowledge' | 'embeddings'>;
  /** Another worker in place of the real one; tests use it. */
  readonly workerFile?: URL;
}
