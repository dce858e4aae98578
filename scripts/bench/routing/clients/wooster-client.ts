import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  FILTERS,
  openState,
  PROVIDERS,
  STRATEGIES,
} from '../../../../src/index.ts';
import type { Clock, HostSettings, ProviderEntry, RoutingState } from '../../../../src/index.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { ExtensionRegistry } from '../../../../src/kernel/plugins/extension-registry.ts';
import { openAICompatible } from '../../../../plugins/local-model/providers/presets/openai-compatible.ts';
import { baseUrlOf, MODEL } from '../server/recorded-replies.ts';
import { QUESTION } from './client.ts';
import type { Client, ClientOptions } from './client.ts';
import { settingsAsShipped, SILENT } from './shipped-settings.ts';

/** What a call of Wooster sent to the primary, from its own records. */
interface CallTrace {
  /** Attempts at the primary that did not end in an answer. */
  readonly doomed: number;
  readonly isAnsweredByPrimary: boolean;
}

/** Wooster as the bench asks it; `last` is what the log holds of the latest call. */
interface WoosterClient extends Client {
  readonly last: () => CallTrace;
}

/** What Wooster is made with besides. */
interface WoosterOptions extends ClientOptions {
  readonly clock?: Clock;
  /** Timers of background looks, where they go by that clock. */
  readonly schedule?: Parameters<typeof createModelRouter>[0]['schedule'];
  /** How often servers are looked at, milliseconds; as shipped without it. */
  readonly intervalMs?: number;
}

function entryOf(id: 'primary' | 'fallback', options: WoosterOptions): ProviderEntry {
  return {
    id,
    kind: openAICompatible.id,
    isEnabled: true,
    baseUrl: baseUrlOf(options.addresses[id], options.tokens),
    model: MODEL,
    priority: id === 'primary' ? 1 : 2,
    timeoutMs: id === 'primary' ? options.limitMs : undefined,
    isDeclaredLocal: true,
    options: {},
    origin: 'the bench',
  };
}

/** The settings as shipped, with the two servers. */
async function settingsFor(options: WoosterOptions): Promise<HostSettings> {
  const settings = await settingsAsShipped();
  const { healthCheckIntervalMs } = settings.routing;
  return {
    ...settings,
    routing: { ...settings.routing, healthCheckIntervalMs: options.intervalMs ?? healthCheckIntervalMs },
    providers: [entryOf('primary', options), entryOf('fallback', options)],
  };
}

function extensions(): ExtensionRegistry {
  const registry = new ExtensionRegistry();
  registry.add(PROVIDERS, openAICompatible, 'bench');
  for (const filter of BUILT_IN_FILTERS) registry.add(FILTERS, filter, 'bench');
  for (const strategy of BUILT_IN_STRATEGIES) registry.add(STRATEGIES, strategy, 'bench');
  return registry;
}

function traceOf(state: RoutingState, decisionId: string | undefined): CallTrace {
  const attempts = (decisionId === undefined ? undefined : state.decisions.get(decisionId))?.attempts ?? [];
  const primary = attempts.filter(({ ref }) => ref.startsWith('primary:'));
  const answered = primary.filter(({ outcome }) => outcome === 'answered').length;
  return { doomed: primary.length - answered, isAnsweredByPrimary: answered > 0 };
}

/** The routed chat model over real providers, with its decisions, attempts and health in a state.db of its own. */
export async function openWooster(options: WoosterOptions): Promise<WoosterClient> {
  const home = mkdtempSync(join(tmpdir(), 'wooster-bench-'));
  const clock = options.clock ?? systemClock;
  const state = openState({ directory: home, clock, log: SILENT });
  const router = createModelRouter({
    settings: await settingsFor(options),
    extensions: extensions(),
    permits: createPermitOffice(),
    createHttp: createGuardedHttp,
    clock,
    log: SILENT,
    state,
    schedule: options.schedule,
  });
  let decisionId: string | undefined;
  const model = await router.model({ onDecision: ({ id }) => (decisionId = id) });
  return {
    last: () => traceOf(state, decisionId),
    complete: async (signal) => (await model.invoke(QUESTION, { signal })).text,
    async *stream(signal) {
      for await (const chunk of await model.stream(QUESTION, { signal })) yield chunk.text;
    },
    [Symbol.asyncDispose]: async () => {
      await router.dispose();
      await state.dispose();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
