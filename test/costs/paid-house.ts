import { AIMessage, type AIMessageChunk, HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import type { Runnable } from '@langchain/core/runnables';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  CATALOGUE,
  createEmbeddingsFactory,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  EMBEDDERS,
  FILTERS,
  PROVIDERS,
  Secret,
  spaceFilter,
  STRATEGIES,
  type HostSettings,
  type Price,
  type ProviderEntry,
} from '../../src/index.ts';
import {
  ANTHROPIC_CATALOGUE,
  GEMINI_CATALOGUE,
  GEMINI_EMBEDDERS,
  OPENAI_CATALOGUE,
  OPENAI_EMBEDDERS,
} from '../../plugins/cloud-models/common/cloud-catalogue.ts';
import { anthropic, gemini, openai, openrouter } from '../../plugins/cloud-models/clouds.ts';
import { openAICompatible } from '../../plugins/local-model/providers/presets/openai-compatible.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createMemoryState } from '../../src/kernel/state/memory-state.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';
import { UsageRig } from '../usage/usage-rig.ts';

const LIMITS = { connectMs: 5_000, loadMs: 10_000, firstTokenMs: 20_000, idleMs: 20_000, totalMs: 30_000 };
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const PURPOSE = { isEnabled: true, model: 'text-embedding-3-small', fallbackToCloud: true };
const OFF = { isEnabled: false, model: 'none', fallbackToCloud: false };

/** What is asked, and of whom. */
interface HousePlan {
  readonly url: string;
  readonly locality: 'local' | 'cloud';
  readonly model: string;
  readonly prices?: readonly Price[];
  /** Which cloud, by its kind; without it OpenAI. */
  readonly cloud?: string;
  /** Model of the purpose of projects; without it that of OpenAI. */
  readonly embedder?: string;
}

function entryOf({ url, locality, model, prices, cloud }: HousePlan): ProviderEntry {
  const base = { isEnabled: true, model, baseUrl: `${url}/v1`, priority: 1, options: {}, origin: 'test', prices };
  if (locality === 'local') return { ...base, id: 'local', kind: openAICompatible.id, isDeclaredLocal: true };
  const permission = { origin: 'test' };
  const kind = cloud ?? openai.id;
  const baseUrl = cloud === undefined ? base.baseUrl : url;
  return { ...base, baseUrl, id: kind, kind, isDeclaredLocal: false, permission, apiKey: new Secret('sk-test') };
}

/** The real router over the real clients and the real ledger, to one server. */
export function openPaidHouse(plan: HousePlan) {
  const { ledger, budget } = new UsageRig().open();
  const settings = {
    routing: {
      strategy: 'local-first',
      privacy: 'any',
      fallbackOrder: [],
      limits: LIMITS,
      failover: { isEnabled: true, maxRetries: 0, failureThreshold: 5, recoveryMs: 300_000, interruptedText: 'stop' },
      healthCheckIntervalMs: 30_000,
      isLocalEnabled: true,
    },
    providers: [entryOf(plan)],
    embeddings: { projects: { ...PURPOSE, model: plan.embedder ?? PURPOSE.model }, userProfile: OFF },
  } as unknown as HostSettings;
  const extensions = createExtensionsDouble([
    [PROVIDERS, [openai, anthropic, gemini, openrouter, openAICompatible]],
    [FILTERS, [...BUILT_IN_FILTERS, spaceFilter]],
    [STRATEGIES, BUILT_IN_STRATEGIES],
    [CATALOGUE, [...OPENAI_CATALOGUE, ...ANTHROPIC_CATALOGUE, ...GEMINI_CATALOGUE]],
    [EMBEDDERS, [...OPENAI_EMBEDDERS, ...GEMINI_EMBEDDERS]],
  ]);
  const state = createMemoryState();
  const parts = { settings, extensions, state, clock: systemClock, log: SILENT };
  const permits = createPermitOffice();
  const router = createModelRouter({ ...parts, permits, createHttp: createGuardedHttp, ledger, budget });
  return { router, ledger, budget, state, embeddings: createEmbeddingsFactory({ ...parts, router }) };
}

const OPENING_HOURS = {
  type: 'function',
  function: {
    name: 'opening_hours',
    description: 'When the library is open',
    parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
  },
};

async function ask(model: Runnable<BaseMessage[]>, messages: BaseMessage[], isStreamed: boolean): Promise<AIMessage> {
  if (!isStreamed) return (await model.invoke(messages)) as AIMessage;
  let sum: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(messages)) {
    sum = sum?.concat(chunk as AIMessageChunk) ?? (chunk as AIMessageChunk);
  }
  const { text, tool_calls } = sum!;
  return new AIMessage({ content: text, tool_calls });
}

/** Leads the recorded conversation once; gives what was said last. */
export async function converse(
  { router }: Pick<ReturnType<typeof openPaidHouse>, 'router'>,
  isStreamed: boolean,
): Promise<string> {
  const routed = await router.model();
  const model = routed.bindTools!([OPENING_HOURS]) as unknown as Runnable<BaseMessage[]>;
  const messages: BaseMessage[] = [new HumanMessage('When is the library open on Sunday?')];
  const called = await ask(model, messages, isStreamed);
  const [call] = called.tool_calls ?? [];
  messages.push(called, new ToolMessage({ content: '10:00 to 16:00', tool_call_id: call?.id ?? 'none' }));
  messages.push(await ask(model, messages, isStreamed), new HumanMessage('Thank you.'));
  return (await ask(model, messages, isStreamed)).text;
}
