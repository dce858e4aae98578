import { HumanMessage } from '@langchain/core/messages';
import {
  ANTHROPIC_CATALOGUE,
  GEMINI_CATALOGUE,
  OPENAI_CATALOGUE,
} from '../../../../plugins/cloud-models/common/cloud-catalogue.ts';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  CATALOGUE,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  FILTERS,
  PROVIDERS,
  STRATEGIES,
} from '../../../../src/index.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { createMemoryState } from '../../../../src/kernel/state/memory-state.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { startFakeModelServer } from '../../../fakes/fake-model-server.ts';
import { load } from '../../../kernel/config/load-text.ts';
import { UsageRig } from '../../../usage/usage-rig.ts';
import { silentLog } from '../../local-model/providers/preset-setup.ts';
import { CLOUDS } from '../clouds/clouds.ts';

/** One cloud of the proof: the model that is asked, and what its wire tells. */
export interface BilledCloud {
  readonly id: string;
  readonly model: string;
  /** Tells tokens that were newly kept. */
  readonly hasWrites: boolean;
  /** Tells its own figure of the cost. */
  readonly hasFigure: boolean;
}

export const BILLED: readonly BilledCloud[] = [
  { id: 'openai', model: 'gpt-4o-mini', hasWrites: false, hasFigure: false },
  { id: 'anthropic', model: 'claude-haiku-4-5', hasWrites: true, hasFigure: false },
  { id: 'gemini', model: 'gemini-3.5-flash', hasWrites: false, hasFigure: false },
  { id: 'openrouter', model: 'anthropic/claude-sonnet-4.5', hasWrites: true, hasFigure: true },
];

/** Tokens of one answer as its cloud counts them; `cached` and `written` are parts of the input. */
export interface TurnTokens {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
  /** The cloud's own figure, USD. */
  readonly figureUsd?: number;
}

/** What is in the books after a conversation. */
export interface CloudBill {
  readonly cloud: string;
  readonly model: string;
  readonly prices: readonly { readonly unit: string; readonly usdPerMillion: number }[];
  readonly asOf?: string;
  readonly turns: readonly (TurnTokens & {
    readonly ledgerUsd?: number;
    readonly costOrigin?: string;
    /** What the answer tells who asked. */
    readonly toldUsd?: unknown;
    readonly ledgerTokens: TurnTokens;
  })[];
  /** Of all calls, by the ledger's own sum. */
  readonly sumUsd?: number;
}

const CATALOGUES = [...OPENAI_CATALOGUE, ...ANTHROPIC_CATALOGUE, ...GEMINI_CATALOGUE];

async function openHouse({ id, model }: BilledCloud, baseUrl: string) {
  const entry = { baseUrl, apiKey: 'key-of-a-test', model, enabled: true };
  const routing = { cloud: { allow: true } };
  const files = { 'config/local.json': { routing, providers: { [id]: entry }, embedded: { enabled: false } } };
  const { settings } = await load({ files });
  const { ledger, budget } = new UsageRig().open();
  const extensions = createExtensionsDouble([
    [PROVIDERS, CLOUDS.map(({ descriptor }) => descriptor)],
    [FILTERS, BUILT_IN_FILTERS],
    [STRATEGIES, BUILT_IN_STRATEGIES],
    [CATALOGUE, CATALOGUES],
  ]);
  const parts = { settings, extensions, state: createMemoryState(), clock: systemClock, log: silentLog };
  const router = createModelRouter({
    ...parts,
    permits: createPermitOffice(),
    createHttp: createGuardedHttp,
    ledger,
    budget,
  });
  return { router, ledger };
}

/** Asks a cloud once for each turn, through the router as the host makes it, and reads the books. */
export async function billOf(cloud: BilledCloud, turns: readonly TurnTokens[]): Promise<CloudBill> {
  const { dialect, prefix } = CLOUDS.find(({ descriptor }) => descriptor.id === cloud.id)!;
  const models = [{ id: cloud.model, contextLength: 200_000 }];
  await using server = await startFakeModelServer({ dialect, models, key: 'key-of-a-test' });
  const { router, ledger } = await openHouse(cloud, server.url + prefix);
  try {
    await router.refresh(new AbortController().signal);
    const chat = await router.model();
    const told: unknown[] = [];
    for (const { input, cached, written, output, figureUsd } of turns) {
      const usage = { promptTokens: input, cachedTokens: cached, cacheWriteTokens: written, completionTokens: output };
      await server.script([
        { match: { method: 'POST' }, reply: { text: 'Yes.', usage: { ...usage, costUsd: figureUsd } } },
      ]);
      told.push((await chat.invoke([new HumanMessage('And?')])).response_metadata.costUsd);
    }
    const target = router.status().targets.find(({ ref }) => ref === `${cloud.id}:${cloud.model}`);
    const rows = ledger.query({ providerId: cloud.id }).toReversed();
    return {
      cloud: cloud.id,
      model: cloud.model,
      prices: (target?.model.prices?.value ?? []).map(({ unit, usd, quantity }) => ({
        unit,
        usdPerMillion: Number(((usd / quantity) * 1e6).toPrecision(12)),
      })),
      asOf: rows[0]?.pricesAsOf,
      turns: turns.map((turn, place) => ({
        ...turn,
        ledgerUsd: rows[place]?.costUsd,
        costOrigin: rows[place]?.costOrigin,
        toldUsd: told[place],
        ledgerTokens: {
          input: rows[place]?.usage?.inputTokens ?? NaN,
          cached: rows[place]?.usage?.cachedInputTokens ?? 0,
          written: rows[place]?.usage?.cacheWriteTokens ?? 0,
          output: rows[place]?.usage?.outputTokens ?? NaN,
        },
      })),
      sumUsd: ledger.summarize({}, 'provider').find(({ key }) => key === cloud.id)?.spentUsd,
    };
  } finally {
    await router.dispose();
  }
}
