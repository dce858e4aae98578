import { z } from 'zod';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  createModelRouter,
  createPermitOffice,
  defineProvider,
  FILTERS,
  LOCAL_PRINCIPAL,
  PROVIDERS,
  STRATEGIES,
  toModelRef,
} from '../../../../src/index.ts';
import type {
  GuardedHttp,
  HostSettings,
  ModelInfo,
  Provider,
  RoutedOperation,
  RouteRequest,
  RoutingState,
} from '../../../../src/index.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { ExtensionRegistry } from '../../../../src/kernel/plugins/extension-registry.ts';
import { SILENT, settingsAsShipped } from './shipped-settings.ts';

/** A server in memory has at most this many models; more candidates are more servers. */
const MODELS_A_SERVER = 10;

/** The request of every decision: a question of a conversation. */
export const REQUEST: RouteRequest = {
  task: 'chat',
  needs: { contextTokens: 300 },
  privacy: 'any',
  principal: LOCAL_PRINCIPAL,
  stickyKey: 'conversation',
};

/** An ability without I/O: one item, at once. */
export const OPERATION: RoutedOperation<string> = {
  id: 'chat',
  async *run() {
    yield 'word';
  },
  isOutput: () => true,
  isStreamed: true,
};

function modelsOf(providerId: string, count: number): readonly ModelInfo[] {
  return Array.from({ length: count }, (_, at) => ({
    ref: toModelRef(providerId, `model-${at}`),
    providerId,
    modelId: `model-${at}`,
    capabilities: { chat: { value: true, origin: 'server' as const } },
    locality: { value: 'local' as const, origin: 'server' as const },
    contextTokens: { value: 8_192, origin: 'server' as const },
  }));
}

function providerOf(id: string, address: string, count: number): Provider {
  const models = modelsOf(id, count);
  return {
    id,
    address,
    listModels: () => Promise.resolve(models),
    probe: () => Promise.resolve({ state: 'ready', latencyMs: 1, detail: 'in memory' }),
    chat: () => Promise.reject(new Error('nothing is said here')),
    dispose: () => Promise.resolve(),
  };
}

/** A router over providers in memory that offer so many candidates together. */
export async function openMemoryRouter(
  candidates: number,
  state: RoutingState,
): Promise<ReturnType<typeof createModelRouter>> {
  const settings = await settingsAsShipped();
  const counts: number[] = [];
  for (let left = candidates; left > 0; left -= MODELS_A_SERVER) counts.push(Math.min(left, MODELS_A_SERVER));
  const registry = new ExtensionRegistry();
  const entries = counts.map((count, at) => {
    const id = `server-${at}`;
    const baseUrl = `http://127.0.0.1:${9_000 + at}`;
    const create = (): Provider => providerOf(id, new URL(baseUrl).host, count);
    const base = { id, title: id, locality: 'local' as const, settings: z.object({}), knownEnv: [] };
    registry.add(PROVIDERS, defineProvider({ ...base, create }), 'bench');
    return {
      id,
      kind: id,
      isEnabled: true,
      baseUrl,
      priority: at,
      isDeclaredLocal: true,
      options: {},
      origin: 'bench',
    };
  });
  for (const filter of BUILT_IN_FILTERS) registry.add(FILTERS, filter, 'bench');
  for (const strategy of BUILT_IN_STRATEGIES) registry.add(STRATEGIES, strategy, 'bench');
  const http = { allowedHosts: [], dispose: () => undefined } as unknown as GuardedHttp;
  return createModelRouter({
    settings: { ...settings, providers: entries } satisfies HostSettings,
    extensions: registry,
    permits: createPermitOffice(),
    createHttp: () => http,
    clock: systemClock,
    log: SILENT,
    state,
  });
}
