import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeReport } from '../../plugins/usage/report/usage-report.ts';
import type { UsagePorts } from '../../plugins/usage/usage-ports.ts';
import type { Price, UsageSummary } from '../../src/index.ts';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { converse, openPaidHouse } from './paid-house.ts';
import { CALLS, replay, type ToldBill } from './recorded-conversation.ts';

const EMBEDDER = { id: 'text-embedding-3-small', dimensions: 1536, capabilities: ['embedding' as const] };
const MODELS = ['gpt-4o-mini', 'gpt-nobody-knows', EMBEDDER];
let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai', models: MODELS });
}, 30_000);
afterAll(() => server.stop());

const perMillion = (unit: Price['unit'], usd: number, asOf?: string): Price => ({
  unit,
  quantity: 1_000_000,
  usd,
  ...(asOf !== undefined && { asOf }),
});
const IN = perMillion('input-token', 2);
const KEPT = perMillion('cached-input-token', 0.5);
const OUT = perMillion('output-token', 8);
const CALL: Price = { unit: 'call', quantity: 1, usd: 0.01 };

interface Case {
  readonly what: string;
  readonly locality?: 'local';
  readonly model?: string;
  readonly prices?: readonly Price[];
  readonly told?: ToldBill;
  /** USD of the three calls together. */
  readonly usd: number;
  readonly each?: readonly number[];
  readonly origin: string;
  readonly pricesAsOf?: string;
  readonly unknown?: number;
}

/**
 * All in millionths of a USD, for 3,400 tokens in, of which 2,176 were kept and 1,224 were not, and 250 out:
 *
 * | prices                  | input                     | kept                     | output          | calls      | sum     |
 * |-------------------------|---------------------------|--------------------------|-----------------|------------|---------|
 * | 2 in, 8 out             | 3,400 x 2     = 6,800     |                          | 250 x 8 = 2,000 |            | 8,800   |
 * | 2 in, 0.5 kept, 8 out   | 1,224 x 2     = 2,448     | 2,176 x 0.5   = 1,088    | 250 x 8 = 2,000 |            | 5,536   |
 * | 0.01 USD a call         |                           |                          |                 | 3 x 10,000 | 30,000  |
 * | both of the last        | 2,448                     | 1,088                    | 2,000           | 30,000     | 35,536  |
 * | catalogue, gpt-4o-mini  | 1,224 x 0.15  = 183.6     | 2,176 x 0.075 = 163.2    | 250 x 0.6 = 150 |            | 496.8   |
 * | user's, over that       | 3,400 x 1     = 3,400     |                          | 250 x 1 = 250   |            | 3,650   |
 * | provider's own figure   |                           |                          |                 |            | 6,500   |
 */
const CASES: readonly Case[] = [
  {
    what: 'tokens in and out',
    model: 'gpt-nobody-knows',
    prices: [IN, OUT],
    usd: 0.0088,
    // 1,000 x 2 + 20 x 8; 1,100 x 2 + 80 x 8; 1,300 x 2 + 150 x 8.
    each: [0.00216, 0.00284, 0.0038],
    origin: 'prices',
  },
  {
    what: 'a price of kept input',
    model: 'gpt-nobody-knows',
    prices: [IN, KEPT, OUT],
    usd: 0.005536,
    // 2,000 + 160; 76 x 2 + 1,024 x 0.5 + 640; 148 x 2 + 1,152 x 0.5 + 1,200.
    each: [0.00216, 0.001304, 0.002072],
    origin: 'prices',
  },
  { what: 'a price of a call', prices: [CALL], usd: 0.03, each: [0.01, 0.01, 0.01], origin: 'prices' },
  { what: 'prices of tokens and of a call', prices: [IN, KEPT, OUT, CALL], usd: 0.035536, origin: 'prices' },
  { what: 'the catalogue, with its date', usd: 0.0004968, origin: 'prices', pricesAsOf: '2026-11-28' },
  {
    what: 'prices of the user, which win over the catalogue, with their date',
    prices: [perMillion('input-token', 1, '2026-01-05'), perMillion('output-token', 1, '2026-01-05')],
    usd: 0.00365,
    origin: 'prices',
    pricesAsOf: '2026-01-05',
  },
  {
    what: "the provider's own figure, which wins over every price",
    prices: [IN, KEPT, OUT, CALL],
    told: 'all',
    usd: 0.0065,
    each: [0.001, 0.002, 0.0035],
    origin: 'provider',
  },
  {
    what: 'a price of 0',
    prices: [perMillion('input-token', 0), perMillion('output-token', 0)],
    usd: 0,
    each: [0, 0, 0],
    origin: 'prices',
  },
  {
    what: 'a local model, whatever it tells',
    locality: 'local',
    told: 'all',
    usd: 0,
    each: [0, 0, 0],
    origin: 'local',
  },
  { what: 'no known price, which is not 0', model: 'gpt-nobody-knows', usd: 0, origin: 'unknown', unknown: 3 },
];

/** How the answers come, and how they are asked for. */
const WAYS = [
  ['streamed, asked for in pieces', 'streamed', true],
  ['streamed, asked for as a whole', 'streamed', false],
  ['whole, asked for in pieces', 'whole', true],
] as const;

describe.each(CASES)('a conversation at $what', (given) => {
  const { locality = 'cloud', model = 'gpt-4o-mini', prices, told = 'tokens', usd, each, origin } = given;

  test.each(WAYS)('costs the same, %s', async (_, form, isStreamed) => {
    await server.script(replay(form, told));
    const house = openPaidHouse({ url: server.url, locality, model, prices });
    expect(await converse(house, isStreamed)).toBe('You are welcome.');
    const rows = house.ledger.query({}).toReversed();
    expect(rows.map(({ usage }) => usage)).toEqual(
      CALLS.map(({ bill }) => {
        const { cached_tokens: kept } = bill.prompt_tokens_details;
        return {
          inputTokens: bill.prompt_tokens,
          outputTokens: bill.completion_tokens,
          isEstimated: false,
          ...(kept > 0 && { cachedInputTokens: kept }),
        };
      }),
    );
    expect(rows.map(({ costOrigin, pricesAsOf }) => [costOrigin, pricesAsOf])).toEqual(
      CALLS.map(() => [origin, given.pricesAsOf]),
    );
    if (origin === 'unknown') expect(rows.map(({ costUsd }) => costUsd)).toEqual([undefined, undefined, undefined]);
    if (each !== undefined) {
      for (const [place, row] of rows.entries()) expect(row.costUsd).toBeCloseTo(each[place]!, 9);
    }
    expectSum(house.ledger.summarize({}), { usd, unknown: given.unknown ?? 0 });
    const summed = rows.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
    const report = makeReport(reportPorts(house), { query: {}, by: 'task' });
    expect(report.total.spentUsd).toBeCloseTo(summed, 9);
    expect(report.groups.map(({ key, calls, spentUsd }) => [key, calls, spentUsd])).toEqual([
      ['chat', 3, report.total.spentUsd],
    ]);
    await house.router.dispose();
  });
});

/** What `wooster usage` reads. */
function reportPorts({ ledger, budget }: ReturnType<typeof openPaidHouse>): UsagePorts {
  const settings = { usage: { compareWith: 'gpt-4o-mini' }, providers: [] } as unknown as ReturnType<
    UsagePorts['settings']
  >;
  const clock = { now: () => 0, monotonic: () => 0 };
  return { ledger: () => ledger, budget: () => budget, settings: () => settings, catalogue: () => [], clock };
}

function expectSum(
  [total]: readonly UsageSummary[],
  { usd, unknown }: { readonly usd: number; readonly unknown: number },
): void {
  expect(total).toMatchObject({ calls: 3, answered: 3, unknownCostCalls: unknown, reservedUsd: 0 });
  expect(total!.spentUsd).toBeCloseTo(usd, 9);
}

describe('a conversation whose server counts nothing', () => {
  test('costs what our own count says, marked as estimated, however it is asked for', async () => {
    const sums: number[] = [];
    for (const [, form, isStreamed] of WAYS) {
      await server.script(replay(form, 'nothing'));
      const house = openPaidHouse({ url: server.url, locality: 'cloud', model: 'gpt-4o-mini', prices: [IN, OUT] });
      await converse(house, isStreamed);
      const rows = house.ledger.query({});
      expect(rows.map(({ costOrigin, usage }) => [costOrigin, usage?.isEstimated])).toEqual([
        ['prices', true],
        ['prices', true],
        ['prices', true],
      ]);
      for (const { usage, costUsd } of rows) {
        expect(costUsd).toBeCloseTo((usage!.inputTokens * 2 + usage!.outputTokens * 8) / 1e6, 9);
        expect(costUsd).toBeGreaterThan(0);
      }
      const [total] = house.ledger.summarize({});
      expect(total).toMatchObject({ estimatedCalls: 3, unknownCostCalls: 0 });
      sums.push(total!.inputTokens);
      await house.router.dispose();
    }
    expect(new Set(sums).size).toBe(1);
  });
});

describe('embeddings', () => {
  const signal = new AbortController().signal;

  /** Embeds two texts, of which the server tells this. */
  async function embed(usage: Record<string, number>, headers: Record<string, string> = {}) {
    await server.script([]);
    const house = openPaidHouse({ url: server.url, locality: 'cloud', model: 'text-embedding-3-small' });
    const embeddings = await house.embeddings.for('projects', signal);
    const embedding = Array.from({ length: 1536 }, () => 0.5);
    const body = { data: [0, 1].map((index) => ({ index, embedding })), model: 'text-embedding-3-small', usage };
    await server.script([{ match: { path: '/v1/embeddings' }, fault: { kind: 'status', status: 200, body, headers } }]);
    await embeddings.embed(['first', 'second'], { role: 'document', signal });
    await house.router.dispose();
    const [row, learning] = house.ledger.query({});
    return { row: row!, learning: learning!, total: house.ledger.summarize({})[0]! };
  }

  test('cost their tokens in, at the price of the catalogue', async () => {
    const { row, learning, total } = await embed({ prompt_tokens: 5000, total_tokens: 5000 });
    // 5,000 x 0.02 = 100 millionths.
    expect(row).toMatchObject({ task: 'embed', costOrigin: 'prices', pricesAsOf: '2026-11-28' });
    expect(row.usage).toMatchObject({ inputTokens: 5000, outputTokens: 0, isEstimated: false });
    expect(row.costUsd).toBeCloseTo(0.0001, 9);
    // The length of the vectors was learned with one word, of whose tokens nobody tells.
    expect(learning).toMatchObject({ task: 'embed', costOrigin: 'bound' });
    expect(learning.costUsd).toBeGreaterThan(0);
    expect(total.spentUsd).toBeCloseTo(0.0001 + learning.costUsd!, 9);
  });

  test("cost the provider's own figure, where it tells one", async () => {
    const counted = { prompt_tokens: 5000, total_tokens: 5000 };
    const { row } = await embed({ ...counted, cost: 0.00025 });
    expect(row).toMatchObject({ costOrigin: 'provider', costUsd: 0.00025 });
    const { row: told } = await embed(counted, { 'x-litellm-response-cost': '0.0003' });
    expect(told).toMatchObject({ costOrigin: 'provider', costUsd: 0.0003 });
  });
});
