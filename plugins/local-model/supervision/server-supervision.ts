import { join } from 'node:path';
import type {
  Clock,
  Disposable,
  Logger,
  Provider,
  ProviderDescriptor,
  ProviderEntry,
  ServerStart,
  Workspace,
} from 'wooster';
import type { Preset } from '../providers/server/preset.ts';
import { CallsInFlight } from './calls-in-flight.ts';
import { superviseProvider } from './supervised-provider.ts';
import type { SupervisedServer } from './supervised-server.ts';
import type { Supervisor } from './supervisor.ts';

/** What supervision is made from. */
export interface ServerSupervisionOptions {
  readonly workspace: Workspace;
  /** Until a server is ready, where its settings do not say, milliseconds. */
  readonly loadMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A server that may be started: what its provider was made from. */
export interface StartableServer {
  /** The provider's id, with the port where it has several endpoints. */
  readonly id: string;
  readonly entry: ProviderEntry & { readonly start: ServerStart };
  readonly preset: Preset;
  readonly provider: Provider;
  readonly calls: CallsInFlight;
}

function idOf({ id, targets, baseUrl }: ProviderEntry): string {
  if (targets === undefined || targets.length < 2 || baseUrl === undefined) return id;
  return `${id}-${URL.parse(baseUrl)?.port || '80'}`;
}

/**
 * Starts the servers of providers with `autoStart` when they are needed, and ends them with the process. Nothing of it is
 * loaded, looked at or started before a provider with such a setting is asked for something.
 */
export class ServerSupervision implements Disposable {
  readonly #options: ServerSupervisionOptions;
  readonly #startable = new Map<string, StartableServer>();
  #supervisor: Promise<Supervisor> | undefined;
  #isDisposed = false;

  constructor(options: ServerSupervisionOptions) {
    this.#options = options;
  }

  /** The descriptor of a preset whose providers are supervised where their entry asks for it. */
  supervise(descriptor: ProviderDescriptor, preset: Preset): ProviderDescriptor {
    return {
      ...descriptor,
      create: (settings, dependencies) => {
        const { entry } = dependencies;
        const { start } = entry;
        if (start === undefined) return descriptor.create(settings, dependencies);
        const abilities: Readonly<Record<string, boolean | undefined>> = preset.engineCapabilities ?? {};
        const calls = new CallsInFlight(dependencies.http);
        const provider = descriptor.create(settings, { ...dependencies, http: calls });
        const id = idOf(entry);
        const startable = { id, entry: { ...entry, start }, preset, provider, calls };
        this.#startable.set(id, startable);
        return superviseProvider(provider, {
          isFor: (task) => abilities[task] !== false,
          load: async () => (await this.supervisor()).serverOf(startable),
          onDispose: async () => {
            if (this.#startable.get(id) === startable) this.#startable.delete(id);
            await (await this.#supervisor)?.release(startable);
          },
        });
      },
    };
  }

  /** Every server that may be started, by id. */
  startable(): readonly StartableServer[] {
    return [...this.#startable.values()];
  }

  /** Every server that may be started, with its life. */
  async servers(): Promise<readonly SupervisedServer[]> {
    const supervisor = await this.supervisor();
    return this.startable().map((startable) => supervisor.serverOf(startable));
  }

  /** What starts and ends servers; its first use ends what killed Wooster processes have left behind. */
  supervisor(): Promise<Supervisor> {
    return (this.#supervisor ??= this.#load());
  }

  /** Ends what this process alone uses; resolves when it is gone. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await (await this.#supervisor)?.dispose();
  }

  async #load(): Promise<Supervisor> {
    const { Supervisor: Made } = await import('./supervisor.ts');
    const { workspace } = this.#options;
    const made = new Made({ ...this.#options, recordsDirectory: join(workspace.stateDirectory, 'servers') });
    if (this.#isDisposed) await made.dispose();
    return made;
  }
}
