import type { Clock, EmbeddingsPreparation, Extensions, HostSettings, KnowledgeStores, Logger } from 'wooster';
import type { OpenStores } from '../knowledge/open-stores.ts';
import type { ProjectRecords } from '../registry/project-records.ts';

/** What the actions of projects are made of. */
export interface ProjectPorts {
  readonly records: ProjectRecords;
  readonly stores: OpenStores;
  /** Read when an action runs, since the stores are another plugin's. */
  readonly knowledge: () => KnowledgeStores;
  /** Fetches the embedding model before its first use. */
  readonly preparation: () => EmbeddingsPreparation;
  readonly extensions: Extensions;
  readonly settings: HostSettings;
  readonly clock: Clock;
  readonly log: Logger;
}
