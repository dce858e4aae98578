import {
  PROVIDERS,
  type Clock,
  type Extensions,
  type HostSettings,
  type ProviderDescriptor,
  type ProviderEntry,
} from 'wooster';
import { LOCAL_PROVIDER_IDS, localProviders } from '../../../../plugins/local-model/providers/local-providers.ts';
import type { EmbeddedPort } from '../../../../plugins/local-model/providers/embedded/embedded-port.ts';
import type { DiscoveredServer } from '../../../../plugins/local-model/discovery/discovered-server.ts';
import { ServerDiscovery } from '../../../../plugins/local-model/discovery/server-discovery.ts';
import type { ServerDiscoveryOptions } from '../../../../plugins/local-model/discovery/server-discovery.ts';

/** What a test changes of the settings. */
export interface SettingsChanges {
  readonly discovery?: Partial<HostSettings['discovery']>;
  readonly routing?: Partial<HostSettings['routing']>;
  readonly providers?: readonly ProviderEntry[];
}

const kinds: readonly ProviderDescriptor[] = localProviders({} as EmbeddedPort);

/** The kinds of the plugin and nothing else. */
export const extensions: Extensions = {
  list: (point) => ((point as unknown) === PROVIDERS ? (kinds as never) : []),
  find: (point, id) => ((point as unknown) === PROVIDERS ? (kinds.find((kind) => kind.id === id) as never) : undefined),
  onChange: () => ({ dispose: () => undefined }),
};

/** Settings with nothing configured. */
export function settingsOf({ discovery, routing, providers = [] }: SettingsChanges = {}): HostSettings {
  return {
    discovery: { mode: 'auto', hosts: [], ...discovery },
    routing: { isLocalEnabled: true, healthCheckIntervalMs: 30_000, ...routing },
    providers,
  } as unknown as HostSettings;
}

/** A configured provider. */
export function entryOf(changes: Partial<ProviderEntry> & { readonly id: string }): ProviderEntry {
  return {
    kind: changes.id,
    isEnabled: true,
    priority: 50,
    isDeclaredLocal: false,
    options: {},
    origin: 'a test',
    ...changes,
  };
}

/** A server that was found at a port of this machine. */
export function foundAt(port: number, changes: Partial<DiscoveredServer> = {}): DiscoveredServer {
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    isDeclared: false,
    name: 'a server',
    state: 'ready',
    models: [],
    latencyMs: 1,
    isCutShort: false,
    isLocked: false,
    ...changes,
  };
}

/** A clock that a test moves. */
export function handClock(): Clock & { advance(ms: number): void } {
  let time = 1_000;
  return {
    now: () => time,
    monotonic: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
}

/** A discovery with what it has contributed and logged. */
export function discoveryRig(changes: SettingsChanges & { readonly options?: Partial<ServerDiscoveryOptions> } = {}): {
  readonly discovery: ServerDiscovery;
  readonly entries: ReadonlyMap<string, ProviderEntry>;
  readonly warnings: readonly string[];
  readonly settings: HostSettings;
} {
  const settings = settingsOf(changes);
  const entries = new Map<string, ProviderEntry>();
  const warnings: string[] = [];
  const discovery = new ServerDiscovery({
    settings,
    extensions,
    contribute: (entry) => {
      entries.set(entry.id, entry);
      return { dispose: () => void entries.delete(entry.id) };
    },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: { debug: () => {}, info: () => {}, warn: (message) => void warnings.push(message), error: () => {} },
    // Tests run beside others; what the time is for is tested by itself.
    budgetMs: 5_000,
    ...changes.options,
  });
  return { discovery, entries, warnings, settings };
}

/** Every kind but the one inside Wooster is a kind that can be found. */
export const FINDABLE_KINDS: readonly string[] = LOCAL_PROVIDER_IDS.filter((id) => id !== 'embedded');
