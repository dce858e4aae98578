import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { readPricing } from '../../../../plugins/cloud-models/openrouter/openrouter-models.ts';
import { translateHistory } from '../../../../src/routing/chat/history/translate-history.ts';
import { readStream, ServedCloud } from './served-cloud.ts';

const able = {
  id: 'm',
  capabilities: ['completion' as const, 'tools' as const, 'vision' as const, 'thinking' as const],
};
const served = new ServedCloud('openrouter').during([able, 'openrouter/auto']);
const never = new AbortController().signal;

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const chunk = (delta: unknown, finish_reason: string | null = null, besides: object = {}): string =>
  event({
    id: 'gen-1',
    object: 'chat.completion.chunk',
    model: 'm',
    provider: 'P',
    choices: [{ index: 0, delta, finish_reason }],
    ...besides,
  });
const COMMENT = ': OPENROUTER PROCESSING\n\n';
const SAID = COMMENT + chunk({ role: 'assistant', content: 'One' }) + COMMENT;
const DONE = 'data: [DONE]\n\n';
const failed = (code: number, message: string): string => chunk({ content: '' }, 'error', { error: { code, message } });

async function answer(body: string | Record<string, unknown>, status = 200): Promise<void> {
  const headers: Record<string, string> = typeof body === 'string' ? { 'Content-Type': 'text/event-stream' } : {};
  await served.server.script([{ fault: { kind: 'status', status, body, headers } }]);
}

describe('a stream of OpenRouter', () => {
  test.each<[string, string, string]>([
    ['by an error beside its choice', SAID + failed(502, 'Provider disconnected') + DONE, 'E_PROVIDER_SERVER'],
    ['by a limit beside its choice', SAID + failed(429, 'Rate limited upstream') + DONE, 'E_RATE_LIMITED'],
    ['before a word by an empty account', COMMENT + failed(402, 'Insufficient credits') + DONE, 'E_PROVIDER_CREDIT'],
    ['before a word by moderation', failed(403, 'Your input was flagged') + DONE, 'E_FILTERED'],
    ['with comments alone', COMMENT + COMMENT, 'E_MALFORMED'],
    ['without a finish reason', SAID + DONE, 'E_INTERRUPTED'],
    ['with a finish reason and without [DONE]', SAID + chunk({}, 'stop'), 'E_INTERRUPTED'],
  ])('that ends %s is told', async (_, body, code) => {
    await answer(body);
    const { error } = await readStream(await served.model());
    expect(error).toMatchObject({ code });
  });

  test('is whole with a finish reason and [DONE]', async () => {
    await answer(SAID + chunk({}, 'stop') + DONE);
    const { answer: said, error } = await readStream(await served.model());
    expect([said.text, error]).toEqual(['One', undefined]);
  });

  test('tells what it failed with', async () => {
    await answer(SAID + failed(502, 'Provider disconnected') + DONE);
    expect((await readStream(await served.model())).error).toMatchObject({
      message: expect.stringMatching(/Provider disconnected/),
    });
  });
});

describe('an answer of OpenRouter', () => {
  test('tells its cost, streamed and whole', async () => {
    await served.server.script([
      { reply: { usage: { promptTokens: 100, cachedTokens: 80, completionTokens: 9, costUsd: 0.00123 } } },
    ]);
    const model = await served.model();
    for (const said of [(await readStream(model)).answer, await model.invoke('hi')]) {
      expect(said.response_metadata).toMatchObject({ costUsd: 0.00123 });
      expect(said.usage_metadata).toMatchObject({
        input_tokens: 100,
        output_tokens: 9,
        input_token_details: { cache_read: 80 },
      });
    }
  });

  test('under a status of 200 may be an error', async () => {
    await answer({ error: { code: 503, message: 'No instances available' } });
    await expect((await served.model()).invoke('hi')).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
  });
});

const bodyOf = async (options: Record<string, unknown>): Promise<Record<string, unknown>> => {
  await (await served.model(options, { parameters: { seed: 3 } })).invoke('hi');
  return (await served.chats()).at(-1)!.body;
};

describe('what OpenRouter is asked', () => {
  test('keeps data from those who collect it, unless that is set', async () => {
    expect(await bodyOf({})).toMatchObject({ provider: { data_collection: 'deny' }, seed: 3 });
    expect((await bodyOf({ provider: { order: ['a'], zdr: true } })).provider).toEqual({
      data_collection: 'deny',
      order: ['a'],
      zdr: true,
    });
    expect((await bodyOf({ provider: { data_collection: 'allow' } })).provider).toEqual({ data_collection: 'allow' });
    expect(await bodyOf({ reasoning: { effort: 'low' } })).toMatchObject({ reasoning: { effort: 'low' } });
  });
});

test('a model that only collectors of data offer is not found, and it is said why', async () => {
  const message = 'No endpoints found matching your data policy. Configure: https://openrouter.ai/settings/privacy';
  await answer({ error: { code: 404, message } }, 404);
  await expect((await served.model()).invoke('hi')).rejects.toMatchObject({
    code: 'E_MODEL_NOT_FOUND',
    message: expect.stringMatching(/data policy/),
  });
});

describe('the list of OpenRouter', () => {
  test('tells prices, windows and abilities', async () => {
    const [listed, auto] = await served.provider().listModels(never);
    const yes = { value: true, origin: 'server' };
    expect(listed).toMatchObject({
      capabilities: { chat: yes, tools: yes, vision: yes, json: yes, reasoning: yes },
      contextTokens: { value: 4096 },
      maxOutputTokens: { value: 512 },
      prices: {
        origin: 'server',
        value: [
          { unit: 'input-token', quantity: 1, usd: 0.000003 },
          { unit: 'cached-input-token', quantity: 1, usd: 0.0000003 },
          { unit: 'cache-write-token', quantity: 1, usd: 0.00000375 },
          { unit: 'output-token', quantity: 1, usd: 0.000015 },
        ],
      },
    });
    expect(auto).not.toHaveProperty('prices');
    expect(auto!.capabilities).toMatchObject({ vision: { value: false } });
  });

  test.each<[string, Record<string, unknown> | null | undefined, number | undefined]>([
    ['of 0 is free', { prompt: '0', completion: '0' }, 2],
    ['below 0 is unknown', { prompt: '-1', completion: '-1' }, undefined],
    ['below 0 one way is unknown', { prompt: '0.1', completion: '-1' }, undefined],
    ['of a call counts', { prompt: '0', completion: '0', request: '0.01' }, 3],
    ['that is no number is unknown', { prompt: 'free', completion: '0' }, undefined],
    ['that is empty is unknown', { prompt: '', completion: '0' }, undefined],
    ['that is absent is unknown', undefined, undefined],
    ['that is null is unknown', null, undefined],
  ])('reads that a price %s', (_, pricing, count) => {
    expect(readPricing(pricing)?.value.length).toBe(count);
  });

  test('proves no key: a route of its own does', async () => {
    const wrong = served.provider({ key: 'sk-wrong-0123' });
    expect(await wrong.listModels(never)).toHaveLength(2);
    expect(await wrong.probe(never)).toMatchObject({ state: 'misconfigured', code: 'E_PROVIDER_AUTH' });
  });
});

describe('reasoning of OpenRouter', () => {
  const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } };
  const WHOLE = [
    { type: 'reasoning.text', text: 'two and two', signature: 'SEAL', format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'ABCD', format: 'google-gemini-v1', index: 1 },
  ];
  const PIECES = [
    {
      role: 'assistant',
      content: '',
      reasoning: 'two ',
      reasoning_details: [{ ...WHOLE[0], text: 'two ', signature: null }],
    },
    { reasoning: 'and two', reasoning_details: [{ ...WHOLE[0], text: 'and two', signature: null }] },
    {
      reasoning_details: [
        { type: 'reasoning.text', signature: 'SEAL', index: 0 },
        { ...WHOLE[1], data: 'AB' },
      ],
    },
    { reasoning_details: [{ type: 'reasoning.encrypted', data: 'CD', index: 1 }] },
    { tool_calls: [{ index: 0, ...CALL }] },
  ];
  const message = {
    role: 'assistant',
    content: null,
    reasoning: 'two and two',
    reasoning_details: WHOLE,
    tool_calls: [CALL],
  };

  test.each([
    ['streamed', PIECES.map((delta) => chunk(delta)).join('') + chunk({}, 'tool_calls') + DONE],
    ['whole', { id: 'gen-1', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }],
  ])('is kept, %s, goes back as it was, and to no other provider', async (form, body) => {
    await answer(body);
    const model = await served.model();
    const called = form === 'whole' ? ((await model.invoke('q')) as AIMessage) : (await readStream(model)).answer;
    expect(called.additional_kwargs).toMatchObject({ reasoning_content: 'two and two', reasoning_details: WHOLE });
    await served.server.script([]);
    const said = [
      new HumanMessage('q'),
      new AIMessage('Hm.'),
      new HumanMessage('q'),
      called,
      new ToolMessage({ content: '18', tool_call_id: 'call_1' }),
    ];
    const history = translateHistory(said, { providerId: 'openrouter', modelId: 'm', isCloud: true });
    expect((await readStream(await served.model(), history)).error).toBeUndefined();
    const { messages } = (await served.chats()).at(-1)!.body as { messages: Record<string, unknown>[] };
    expect(messages.map(({ reasoning_details: details }) => details)).toEqual([
      undefined,
      undefined,
      undefined,
      WHOLE,
      undefined,
    ]);
    const elsewhere = translateHistory(said, { providerId: 'openai', modelId: 'm', isCloud: true });
    expect(JSON.stringify(elsewhere)).not.toMatch(/SEAL|reasoning_details/);
  });
});
