import { describe, expect, test } from '@jest/globals';
import { HumanMessage, type AIMessage, type AIMessageChunk, type UsageMetadata } from '@langchain/core/messages';
import { servedOpenAI } from './served-openai.ts';

const served = servedOpenAI();

async function answer(
  body: string | Record<string, unknown>,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const type: Record<string, string> = typeof body === 'string' ? { 'Content-Type': 'text/event-stream' } : {};
  await served.server.script([{ fault: { kind: 'status', status: 200, body, headers: { ...type, ...headers } } }]);
}

/** What a caller learns of the bill. */
interface Bill {
  readonly usage: UsageMetadata | undefined;
  readonly costUsd: unknown;
}

function billOf({ usage_metadata: usage, response_metadata }: AIMessage | AIMessageChunk): Bill {
  return { usage, costUsd: (response_metadata as Record<string, unknown>).costUsd };
}

async function streamed(): Promise<Bill> {
  let sum: AIMessageChunk | undefined;
  for await (const { message } of (await served.makeModel())._streamResponseChunks([new HumanMessage('q')], {})) {
    sum = sum?.concat(message as AIMessageChunk) ?? (message as AIMessageChunk);
  }
  return billOf(sum!);
}

async function whole(): Promise<Bill> {
  return billOf(await (await served.makeModel()).invoke('q'));
}

const CALL = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
interface Said {
  readonly message: Record<string, unknown>;
  readonly finish: string;
}

const SAID = {
  text: { message: { role: 'assistant', content: 'One two' }, finish: 'stop' },
  'a tool call': { message: { role: 'assistant', content: null, tool_calls: [CALL] }, finish: 'tool_calls' },
} satisfies Record<string, Said>;

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const piece = (choices: unknown, usage?: unknown): string =>
  event({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices, ...(usage === undefined ? {} : { usage }) });
const delta = (message: Record<string, unknown>): unknown[] => {
  const calls = message.tool_calls as Record<string, unknown>[] | undefined;
  const tool_calls = calls?.map((call, index) => ({ index, ...call }));
  return [{ index: 0, delta: { ...message, ...(tool_calls && { tool_calls }) }, finish_reason: null }];
};
const end = (finish_reason: string): unknown[] => [{ index: 0, delta: {}, finish_reason }];
const DONE = 'data: [DONE]\n\n';

/** Where in a stream servers put the usage. */
const PLACES: Record<string, (said: Said, usage: Record<string, unknown>) => string> = {
  'a piece without choices': (said, usage) =>
    piece(delta(said.message)) + piece(end(said.finish)) + piece([], usage) + DONE,
  'the last piece': (said, usage) => piece(delta(said.message)) + piece(end(said.finish), usage) + DONE,
  'every piece, growing': (said, usage) =>
    piece(delta(said.message), { prompt_tokens: 1000, completion_tokens: 1, total_tokens: 1001, cost: 0.0001 }) +
    piece(end(said.finish), usage) +
    piece([], usage) +
    DONE,
  'a piece, and null after it': (said, usage) =>
    piece(delta(said.message), null) + piece(end(said.finish), usage) + piece([], null) + DONE,
};

const USAGE = {
  prompt_tokens: 1000,
  completion_tokens: 20,
  total_tokens: 1020,
  prompt_tokens_details: { cached_tokens: 800, audio_tokens: null },
  completion_tokens_details: { reasoning_tokens: 7 },
  cost: 0.00123,
};
const TOLD: Bill = {
  usage: {
    input_tokens: 1000,
    output_tokens: 20,
    total_tokens: 1020,
    input_token_details: { cache_read: 800 },
    output_token_details: { reasoning: 7 },
  },
  costUsd: 0.00123,
};

const completion = (said: Said, usage?: unknown): Record<string, unknown> => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, message: said.message, finish_reason: said.finish }],
  ...(usage === undefined ? {} : { usage }),
});

describe('the bill of an answer of OpenAI', () => {
  for (const [what, said] of Object.entries(SAID)) {
    test.each(Object.entries(PLACES))(`of ${what} is equal, whole and streamed with usage in %s`, async (_, write) => {
      await answer(completion(said, USAGE));
      expect(await whole()).toStrictEqual(TOLD);
      await answer(write(said, USAGE));
      expect(await streamed()).toStrictEqual(TOLD);
    });

    test(`of ${what} is equal from a server that does not stream`, async () => {
      await answer(completion(said, USAGE));
      expect(await streamed()).toStrictEqual(TOLD);
    });

    test(`of ${what} is not made up where the server told none`, async () => {
      const none = { usage: undefined, costUsd: undefined };
      await answer(completion(said));
      expect(await whole()).toStrictEqual(none);
      await answer(piece(delta(said.message)) + piece(end(said.finish)) + DONE);
      expect(await streamed()).toStrictEqual(none);
    });
  }

  test('counts nothing where the server told half of it, and keeps its cost', async () => {
    const half = { prompt_tokens: 5, cost: 0.5 };
    await answer(completion(SAID.text, half));
    expect(await whole()).toStrictEqual({ usage: undefined, costUsd: 0.5 });
    await answer(PLACES['the last piece']!(SAID.text, half));
    expect(await streamed()).toStrictEqual({ usage: undefined, costUsd: 0.5 });
  });

  test('counts 0 tokens as 0, whole and streamed', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 };
    const counted = { input_tokens: 3, output_tokens: 0, total_tokens: 3 };
    await answer(completion(SAID.text, usage));
    expect((await whole()).usage).toMatchObject(counted);
    await answer(PLACES['the last piece']!(SAID.text, usage));
    expect((await streamed()).usage).toMatchObject(counted);
  });

  test.each<[string, Record<string, unknown>, number | undefined]>([
    ['nothing to pay', { cost: 0 }, 0],
    ['a key of one’s own', { cost: 0.5, is_byok: true, cost_details: { upstream_inference_cost: 0.25 } }, 0.75],
    [
      'details of the same charge',
      { cost: 0.01, is_byok: false, cost_details: { upstream_inference_cost: 0.01 } },
      0.01,
    ],
    ['a cost in parts', { cost: { request_cost: 0.005, total_cost: 0.006 } }, 0.006],
    ['less than nothing', { cost: -1 }, undefined],
    ['a word', { cost: 'free' }, undefined],
  ])('reads a cost with %s', async (_, cost, costUsd) => {
    await answer(completion(SAID.text, { ...USAGE, cost: undefined, ...cost }));
    expect((await whole()).costUsd).toBe(costUsd);
    expect((await streamed()).costUsd).toBe(costUsd);
  });

  test.each<[string, Record<string, unknown>]>([
    ['DeepSeek', { prompt_cache_hit_tokens: 800, prompt_cache_miss_tokens: 200 }],
    ['Moonshot', { cached_tokens: 800 }],
  ])('reads kept tokens in the words of %s', async (_, words) => {
    const usage = { prompt_tokens: 1000, completion_tokens: 20, ...words };
    await answer(completion(SAID.text, usage));
    expect((await whole()).usage?.input_token_details).toEqual({ cache_read: 800 });
    await answer(PLACES['the last piece']!(SAID.text, usage));
    expect((await streamed()).usage?.input_token_details).toEqual({ cache_read: 800 });
  });

  test('takes the cost in a header, and the cost in the usage before it', async () => {
    const header = { 'x-litellm-response-cost': '4.2e-05' };
    const { cost: _, ...usage } = USAGE;
    await answer(completion(SAID.text, usage), header);
    expect((await whole()).costUsd).toBe(0.000042);
    expect((await streamed()).costUsd).toBe(0.000042);
    await answer(completion(SAID.text, USAGE), header);
    expect((await whole()).costUsd).toBe(0.00123);
  });

  test('takes a cost of 0 in a header for one only where the whole answer had been made', async () => {
    const { cost: _, ...usage } = USAGE;
    const header = { 'x-litellm-response-cost': '0.0' };
    await answer(completion(SAID.text, usage), header);
    expect((await whole()).costUsd).toBe(0);
    await answer(PLACES['the last piece']!(SAID.text, usage), header);
    expect((await streamed()).costUsd).toBeUndefined();
    await answer(PLACES['the last piece']!(SAID.text, usage), { 'x-litellm-response-cost': '' });
    expect((await streamed()).costUsd).toBeUndefined();
  });

  test('is of one answer, and not of the one before', async () => {
    const model = await served.makeModel();
    await answer(completion(SAID.text, USAGE));
    expect(billOf((await model.invoke('q')) as AIMessage)).toStrictEqual(TOLD);
    await answer(completion(SAID.text));
    expect(billOf((await model.invoke('q')) as AIMessage)).toStrictEqual({ usage: undefined, costUsd: undefined });
  });
});
