import { afterEach } from '@jest/globals';
import type {
  ExtensionPoint,
  Extensions,
  GuardedHttp,
  HostSettings,
  Logger,
  PermitOffice,
  ProviderEntry,
  RoutedChatDefaults,
  RouteRequest,
  RoutingSettings,
  RoutingState,
} from '../../../src/index.ts';
import { CATALOGUE, FILTERS, LOCAL_PRINCIPAL, PROVIDERS, STRATEGIES } from '../../../src/index.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { createModelRouter } from '../../../src/routing/create-model-router.ts';
import type { ModelRouterOptions } from '../../../src/routing/create-model-router.ts';
import { BUILT_IN_FILTERS } from '../../../src/routing/filters/built-in-filters.ts';
import { BUILT_IN_STRATEGIES } from '../../../src/routing/strategies/built-in-strategies.ts';
import { MovableClock } from './movable-clock.ts';
import { describeScripted, ScriptedProvider } from './scripted-provider.ts';
import type { ScriptedModel } from './scripted-provider.ts';

/** Extensions that a test fills by hand and may change while the router runs. */
export class ListedExtensions implements Extensions {
  readonly #values = new Map<unknown, unknown[]>();
  readonly #listeners = new Map<unknown, Set<() => void>>();

  put<T>(point: ExtensionPoint<T>, values: readonly T[]): void {
    this.#values.set(point, [...values]);
    for (const listener of this.#listeners.get(point) ?? []) listener();
  }

  list<T>(point: ExtensionPoint<T>): readonly T[] {
    return (this.#values.get(point) ?? []) as T[];
  }

  find<T>(point: ExtensionPoint<T>, id: string): T | undefined {
    return this.list(point).find((value) => point.idOf(value) === id);
  }

  onChange<T>(point: ExtensionPoint<T>, listener: () => void) {
    const listeners = this.#listeners.get(point) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(point, listeners);
    return { dispose: () => void listeners.delete(listener) };
  }
}

export class CollectedLog implements Logger {
  readonly lines: { level: string; message: string; fields?: Readonly<Record<string, unknown>> }[] = [];
  debug = this.#at('debug');
  info = this.#at('info');
  warn = this.#at('warn');
  error = this.#at('error');

  #at(level: string) {
    return (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      this.lines.push({ level, message, fields });
    };
  }
}

export function openOffice(): PermitOffice & { issued: number } {
  const permits = new WeakSet();
  const office = {
    issued: 0,
    issue: <T extends object>(permit: T): T => {
      const made = Object.freeze({ ...permit });
      permits.add(made);
      office.issued += 1;
      return made;
    },
    isIssued: (permit: object | undefined) => permit !== undefined && permits.has(permit),
    withdraw: (permit: object | undefined) => void (permit !== undefined && permits.delete(permit)),
  };
  return office;
}

export interface ScriptedEntry {
  readonly provider: ScriptedProvider;
  readonly entry: ProviderEntry;
  readonly locality: 'local' | 'cloud' | 'undeclared';
}

/** One scripted provider with its configuration; local on a loopback address unless told otherwise. */
export function scripted(
  id: string,
  models: readonly ScriptedModel[],
  options: Partial<ProviderEntry> & { locality?: ScriptedEntry['locality'] } = {},
): ScriptedEntry {
  const { locality = 'local', ...entry } = options;
  const baseUrl =
    entry.baseUrl ?? (locality === 'local' ? `http://127.0.0.1:${8000 + id.length}` : 'https://api.example.com');
  return {
    provider: new ScriptedProvider(id, models, new URL(baseUrl).host),
    locality,
    entry: {
      id,
      kind: `kind-${id}`,
      isEnabled: true,
      baseUrl,
      priority: 10,
      isDeclaredLocal: false,
      options: {},
      origin: 'config/local.json: providers',
      ...entry,
    },
  };
}

export const LIMITS = { connectMs: 100, loadMs: 400, firstTokenMs: 120, idleMs: 120, totalMs: 1_000 };

export function routingSettings(change: Partial<RoutingSettings> = {}): RoutingSettings {
  return {
    strategy: 'local-first',
    privacy: 'any',
    fallbackOrder: [],
    limits: LIMITS,
    failover: { isEnabled: true, maxRetries: 3, failureThreshold: 5, recoveryMs: 300_000, interruptedText: 'stop' },
    healthCheckIntervalMs: 30_000,
    isLocalEnabled: true,
    ...change,
  };
}

export interface RigOptions extends Partial<
  Pick<ModelRouterOptions, 'ledger' | 'budget' | 'privacy' | 'cache' | 'random' | 'discover'>
> {
  readonly providers: readonly ScriptedEntry[];
  readonly routing?: Partial<RoutingSettings>;
  readonly embeddings?: Partial<HostSettings['embeddings']>;
  readonly state?: RoutingState;
}

/** A router over scripted providers, and all that a test looks at. */
export function makeRig(options: RigOptions) {
  const { providers, routing, embeddings, state = createMemoryState(), ...ports } = options;
  const extensions = new ListedExtensions();
  extensions.put(
    PROVIDERS,
    providers.map(({ provider, entry, locality }) => describeScripted(entry.kind, locality, () => provider)),
  );
  extensions.put(FILTERS, BUILT_IN_FILTERS);
  extensions.put(STRATEGIES, BUILT_IN_STRATEGIES);
  extensions.put(CATALOGUE, []);
  const settings = {
    routing: routingSettings(routing),
    providers: providers.map(({ entry }) => entry),
    embeddings: {
      projects: { isEnabled: true, model: 'mini', fallbackToCloud: false },
      userProfile: { isEnabled: true, model: 'mini', fallbackToCloud: false },
      ...embeddings,
    },
  } as unknown as HostSettings;
  const clock = new MovableClock();
  const log = new CollectedLog();
  const permits = openOffice();
  const https: { providerId: string; needsPermit: boolean; baseUrls: readonly string[] }[] = [];
  const createHttp: ModelRouterOptions['createHttp'] = (http) => {
    https.push(http);
    return { allowedHosts: [], dispose: () => undefined } as unknown as GuardedHttp;
  };
  const router = createModelRouter({
    settings,
    extensions,
    permits,
    createHttp,
    clock,
    log,
    state,
    random: () => 0,
    schedule: clock.schedule,
    ...ports,
  });
  return { router, extensions, settings, clock, log, permits, https, state };
}

export function chatRequest(change: Partial<RouteRequest> = {}): RouteRequest {
  return { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL, ...change };
}

export const NEVER = new AbortController().signal;

/** Asks once through the routed chat model. */
export async function ask(rig: ReturnType<typeof makeRig>, text = 'hi', defaults: RoutedChatDefaults = {}) {
  const model = await rig.router.model(defaults);
  return model.invoke(text);
}

const opened: { dispose(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.dispose();
});

/** A rig that is taken down after the test. */
export function rigOf(options: RigOptions) {
  const rig = makeRig(options);
  opened.push(rig.router);
  return rig;
}

/** Two providers with one model each; the first has the smaller window. */
export function pair() {
  const first = scripted('first', [{ id: 'm', contextTokens: 1_000 }], { priority: 1, model: 'm' });
  const second = scripted('second', [{ id: 'm', contextTokens: 8_000 }], { priority: 2, model: 'm' });
  return { first, second };
}
