import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  FILTERS,
  PROVIDERS,
  Secret,
  STRATEGIES,
  type BudgetCap,
  type BudgetGuard,
  type HostSettings,
  type ModelRouter,
  type Price,
  type ProviderEntry,
  type UsageLedger,
} from '../../../src/index.ts';
import { openai } from '../../../plugins/cloud-models/clouds.ts';
import { openAICompatible } from '../../../plugins/local-model/providers/presets/openai-compatible.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';

/** Tokens that the fake cloud says each call took. */
export const SERVED = { promptTokens: 100, completionTokens: 20 };

const PRICES: readonly Price[] = [
  { unit: 'input-token', quantity: 1_000_000, usd: 1, asOf: '2026-11-01' },
  { unit: 'output-token', quantity: 1_000_000, usd: 10, asOf: '2026-11-01' },
];

/** What each of its answers costs, USD: 100 tokens at 1 and 20 at 10 for a million. */
export const COST_USD = 0.0003;

/** Longest answer that is reserved, tokens: a bound of a cent and what goes in. */
export const OUTPUT_TOKENS = 1_000;

const LIMITS = { connectMs: 5_000, loadMs: 10_000, firstTokenMs: 20_000, idleMs: 20_000, totalMs: 30_000 };
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Servers of a house. */
interface HousePlan {
  readonly cloudUrl: string;
  readonly localUrl?: string;
  readonly ledger: UsageLedger;
  readonly budget: BudgetGuard;
}

/** A cap on everything in a day. */
export function dayCap(limitUsd: number): BudgetCap {
  return { id: 'day', kind: 'all', period: 'day', limitUsd, origin: 'test: budget.dayUsd' };
}

function entriesOf({ cloudUrl, localUrl }: HousePlan): ProviderEntry[] {
  const base = { isEnabled: true, options: {}, origin: 'test' };
  const cloud: ProviderEntry = {
    ...base,
    id: 'openai',
    kind: openai.id,
    baseUrl: `${cloudUrl}/v1`,
    apiKey: new Secret('sk-test'),
    model: 'gpt-x',
    priority: 1,
    isDeclaredLocal: false,
    permission: { origin: 'test' },
    prices: PRICES,
  };
  const local = {
    ...base,
    id: 'local',
    kind: openAICompatible.id,
    baseUrl: localUrl,
    model: 'small',
    priority: 2,
    isDeclaredLocal: true,
  };
  return localUrl === undefined ? [cloud] : [cloud, local];
}

/** A router over OpenAI's own client, to a fake cloud with prices, and maybe a local server. */
export function openStreamsHouse(plan: HousePlan): ModelRouter {
  const settings = {
    routing: {
      strategy: 'cloud-first',
      privacy: 'any',
      fallbackOrder: [],
      limits: LIMITS,
      failover: { isEnabled: true, maxRetries: 3, failureThreshold: 5, recoveryMs: 300_000, interruptedText: 'stop' },
      healthCheckIntervalMs: 30_000,
      isLocalEnabled: true,
    },
    providers: entriesOf(plan),
    embeddings: { projects: { isEnabled: false }, userProfile: { isEnabled: false } },
  } as unknown as HostSettings;
  return createModelRouter({
    settings,
    extensions: createExtensionsDouble([
      [PROVIDERS, [openai, openAICompatible]],
      [FILTERS, BUILT_IN_FILTERS],
      [STRATEGIES, BUILT_IN_STRATEGIES],
    ]),
    permits: createPermitOffice(),
    createHttp: createGuardedHttp,
    clock: systemClock,
    log: SILENT,
    state: createMemoryState(),
    ledger: plan.ledger,
    budget: plan.budget,
  });
}

/** How one stream ended: the provider that answered, or the code of the error. */
export async function streamOnce(router: ModelRouter, question: string): Promise<string> {
  const model = await router.model();
  let provider = 'nobody';
  try {
    for await (const chunk of await model.stream(question)) {
      const named: unknown = chunk.response_metadata['provider'];
      if (typeof named === 'string') provider = named;
    }
    return provider;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
