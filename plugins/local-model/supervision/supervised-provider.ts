import {
  MissingDependencyError,
  ModelLoadingError,
  ProviderUnreachableError,
  type HealthReport,
  type Provider,
} from 'wooster';
import type { SupervisedServer } from './supervised-server.ts';

/** Calls wait so long for it to be known whether the server runs already. */
const RECOGNISED_MS = 500;

/** Lets a call through to a server that runs, and starts one that does not. */
async function requireReady(server: SupervisedServer, provider: Provider, signal: AbortSignal): Promise<void> {
  server.want();
  if (server.isStarting()) await server.settled(RECOGNISED_MS, signal);
  const state = server.state();
  const { id } = provider;
  if (state.kind === 'failed') {
    const { fault } = state;
    // The others of its faults forbid to fall back, since they are faults of commands; here another model may answer.
    if (fault instanceof MissingDependencyError) throw fault;
    throw new ProviderUnreachableError(fault.message, { provider: id, cause: fault });
  }
  if (state.kind === 'ready' || state.kind === 'adopted') return;
  throw new ModelLoadingError(`${id} is ${server.describe()}`, { provider: id });
}

/** What a supervised provider needs besides the provider itself. */
interface SuperviseOptions {
  readonly load: () => Promise<SupervisedServer>;
  /** Whether its engine can do a task at all; a server is not started for one that it cannot. */
  readonly isFor: (task: string) => boolean;
  readonly onDispose: () => Promise<void>;
}

/**
 * A provider whose server is started when it is needed. What knows how to start one is loaded when somebody first asks;
 * `load` gives the same server each time.
 */
export function superviseProvider(provider: Provider, { load, isFor, onDispose }: SuperviseOptions): Provider {
  let server: SupervisedServer | undefined;
  // A look has told that it starts; the next one is due as soon as it does not.
  let isLookDue = false;
  const loaded = async (): Promise<SupervisedServer> => (server ??= await load());
  return {
    id: provider.id,
    address: provider.address,
    lifecycle: provider.lifecycle,
    async listModels(signal) {
      const held = await loaded();
      if (held.isStarting())
        throw new ModelLoadingError(`${provider.id} is ${held.describe()}`, { provider: provider.id });
      return provider.listModels(signal);
    },
    async probe(signal): Promise<HealthReport> {
      const { lookAtServer } = await import('./look-at-server.ts');
      const report = await lookAtServer(await loaded(), provider, signal);
      isLookDue = report.state === 'loading';
      return report;
    },
    wake(task?: string) {
      if (task !== undefined && !isFor(task)) return false;
      if (server === undefined) {
        // What fails here is told by the look that follows.
        void loaded().then(
          (held) => held.want(),
          () => undefined,
        );
        return true;
      }
      server.want();
      return server.isStarting() || isLookDue;
    },
    ...(provider.chat !== undefined && {
      chat: async (modelId, call) => {
        await requireReady(await loaded(), provider, call.signal);
        return provider.chat!(modelId, call);
      },
    }),
    ...(provider.embeddings !== undefined && {
      embeddings: async (modelId, call) => {
        await requireReady(await loaded(), provider, call.signal);
        return provider.embeddings!(modelId, call);
      },
    }),
    ...(provider.capability !== undefined && { capability: (token) => provider.capability!(token) }),
    async dispose() {
      await onDispose();
      await provider.dispose();
    },
  };
}
