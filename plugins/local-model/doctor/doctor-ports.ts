import type { HealthCheck, Workspace } from 'wooster';
import type { ModelsPorts } from '../actions/models/models-ports.ts';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import type { ServerSupervision } from '../supervision/server-supervision.ts';

/** What the checks of this plugin look at; each is read when a check runs. */
export interface DoctorPorts extends Pick<
  ModelsPorts,
  'router' | 'embeddings' | 'settings' | 'clock' | 'discoverPorts'
> {
  readonly runtime: EmbeddedRuntime;
  readonly supervision: ServerSupervision;
  readonly workspace: Workspace;
}

/** What a check does, without its name and place. */
export type CheckBody = Pick<HealthCheck, 'run' | 'fix'>;
