import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import type { DialectId, ReplyScript, Rule } from '../fakes/model-server/protocol.ts';
import { CLOUDS } from '../plugins/cloud-models/clouds/clouds.ts';
import { converse, openPaidHouse } from './paid-house.ts';

const DAY = '2026-11-28';

/** What is counted for each call of the conversation: in, of it kept, of it newly kept, out; and the provider's own figure. */
const COUNTED = [
  [1000, 0, 800, 20, 0.001],
  [1100, 800, 200, 80, 0.002],
  [1300, 1000, 0, 150, 0.0035],
] as const;

interface CloudCase {
  readonly id: string;
  readonly dialect: DialectId;
  readonly model: string;
  /** USD of each call, and where they come from. */
  readonly usd: readonly number[];
  readonly origin: 'prices' | 'provider';
  readonly asOf?: string;
}

/**
 * In millionths of a USD:
 *
 * | cloud                          | call 1                                          | call 2                                                 | call 3                             |
 * |--------------------------------|-------------------------------------------------|--------------------------------------------------------|------------------------------------|
 * | OpenAI, 0.15 / 0.075 / 0.6     | 1,000 x 0.15 + 20 x 0.6 = 162                   | 300 x 0.15 + 800 x 0.075 + 80 x 0.6 = 153              | 300 x 0.15 + 1,000 x 0.075 + 90 = 210 |
 * | Anthropic, 1 / 0.1 / 1.25 / 5  | 200 x 1 + 800 x 1.25 + 20 x 5 = 1,300           | 100 x 1 + 800 x 0.1 + 200 x 1.25 + 80 x 5 = 830        | 300 + 1,000 x 0.1 + 150 x 5 = 1,150 |
 * | Gemini, 0.3 / 0.03 / 2.5       | 1,000 x 0.3 + 20 x 2.5 = 350                    | 300 x 0.3 + 800 x 0.03 + 80 x 2.5 = 314                | 300 x 0.3 + 1,000 x 0.03 + 375 = 495 |
 * | OpenRouter, its own figure     | 1,000                                           | 2,000                                                  | 3,500                              |
 */
const CASES: readonly CloudCase[] = [
  { id: 'openai', dialect: 'openai', model: 'gpt-4o-mini', usd: [162e-6, 153e-6, 210e-6], origin: 'prices', asOf: DAY },
  {
    id: 'anthropic',
    dialect: 'anthropic',
    model: 'claude-haiku-4-5',
    usd: [1300e-6, 830e-6, 1150e-6],
    origin: 'prices',
    asOf: DAY,
  },
  {
    id: 'gemini',
    dialect: 'gemini',
    model: 'gemini-2.5-flash',
    usd: [350e-6, 314e-6, 495e-6],
    origin: 'prices',
    asOf: DAY,
  },
  {
    id: 'openrouter',
    dialect: 'openrouter',
    model: 'anthropic/claude-haiku-4.5',
    usd: [0.001, 0.002, 0.0035],
    origin: 'provider',
  },
];

const SAID: readonly ReplyScript[] = [
  { toolCalls: [{ name: 'opening_hours', arguments: { day: 'Sunday' } }] },
  { text: 'On Sunday it is open from ten to four.' },
  { text: 'You are welcome.' },
];

/** One rule a call; what a wire has no word for stays out. */
function script(dialect: DialectId): Rule[] {
  return COUNTED.map(([promptTokens, cachedTokens, written, completionTokens, cost], place) => {
    const cacheWriteTokens = dialect === 'anthropic' ? written : 0;
    const costUsd = dialect === 'openrouter' ? cost : undefined;
    const usage = { promptTokens, cachedTokens, cacheWriteTokens, completionTokens, costUsd };
    return { match: { method: 'POST', times: 1 }, reply: { ...SAID[place], usage } };
  });
}

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
}, 30_000);
afterAll(() => server.stop());

describe.each(CASES)('a conversation with $id', ({ id, dialect, model, usd, origin, asOf }) => {
  const { prefix } = CLOUDS.find(({ descriptor }) => descriptor.id === id)!;

  test.each([true, false])('costs what its wire told, asked for in pieces: %s', async (isStreamed) => {
    await server.reset({
      dialect,
      models: [{ id: model, capabilities: ['completion', 'tools'], contextLength: 16_384 }],
    });
    await server.script(script(dialect));
    const house = openPaidHouse({ url: server.url + prefix, locality: 'cloud', model, cloud: id });
    expect(await converse(house, isStreamed)).toBe('You are welcome.');
    const rows = house.ledger.query({}).toReversed();
    expect(rows.map(({ usage }) => [usage?.inputTokens, usage?.cachedInputTokens ?? 0, usage?.outputTokens])).toEqual(
      COUNTED.map(([input, kept, , output]) => [input, kept, output]),
    );
    expect(rows.map(({ costOrigin, pricesAsOf }) => [costOrigin, pricesAsOf])).toEqual(usd.map(() => [origin, asOf]));
    for (const [place, row] of rows.entries()) expect(row.costUsd).toBeCloseTo(usd[place]!, 12);
    expect(house.ledger.summarize({})[0]!.spentUsd).toBeCloseTo(
      usd.reduce((sum, each) => sum + each, 0),
      12,
    );
    await house.router.dispose();
  });
});

/** A house whose one provider makes vectors. */
const openEmbedding = async (cloud: string, embedder: string) => {
  const models = [{ id: embedder, capabilities: ['embedding' as const], dimensions: cloud === 'gemini' ? 3072 : 1536 }];
  await server.reset({ dialect: cloud === 'gemini' ? 'gemini' : 'openai', models });
  return openPaidHouse({ url: server.url, locality: 'cloud', model: embedder, cloud, embedder });
};

describe('embeddings of Gemini', () => {
  const signal = new AbortController().signal;
  const model = 'gemini-embedding-001';
  test('serve a purpose that allows it, in a space of their own, at their price', async () => {
    const house = await openEmbedding('gemini', model);
    const embeddings = await house.embeddings.for('projects', signal);
    expect(embeddings.space).toMatchObject({ name: model, dimensions: 3072 });
    const vectors = await embeddings.embed(['one two three', 'four five'], { role: 'document', signal });
    expect(vectors.map(({ length }) => length)).toEqual([3072, 3072]);
    const [row] = house.ledger.query({});
    expect(row).toMatchObject({ task: 'embed', costOrigin: 'prices', usage: { inputTokens: 5, isEstimated: false } });
    expect(row!.costUsd).toBeCloseTo((5 * 0.15) / 1e6, 12);
    const asked = (await server.requests()).findLast(({ path }) => path.endsWith(':batchEmbedContents'));
    expect(asked!.body).toMatchObject({
      requests: [{ taskType: 'RETRIEVAL_DOCUMENT' }, { taskType: 'RETRIEVAL_DOCUMENT' }],
    });
    await house.router.dispose();
    const other = await openEmbedding('openai', 'text-embedding-3-small');
    expect((await other.embeddings.for('projects', signal)).space.spaceId).not.toBe(embeddings.space.spaceId);
    await other.router.dispose();
  });
});
