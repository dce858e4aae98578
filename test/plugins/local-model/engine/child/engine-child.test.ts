import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createChatEngine } from '../../../../../plugins/local-model/engine/create-engine.ts';
import type { EmbeddedEngine, EngineEndpoint } from '../../../../../plugins/local-model/engine/embedded-engine.ts';

const FAKE_PACKAGE = fileURLToPath(new URL('../fake-engine-package.ts', import.meta.url));
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const CALL = '{"name": "get_weather", "arguments": {"city": "Paris"}}';

let engine: EmbeddedEngine;
let endpoint: EngineEndpoint;

beforeAll(async () => {
  engine = createChatEngine({
    modelPath: FAKE_PACKAGE,
    modelId: 'played',
    contextTokens: 2_000,
    threads: 1,
    slots: 1,
    gpu: false,
    queueLimit: 1,
    enginePackage: FAKE_PACKAGE,
    loadTimeoutMs: 20_000,
  });
  endpoint = await engine.endpoint(new AbortController().signal);
}, 30_000);
afterAll(() => engine.dispose());

async function ask(path: string, body?: unknown, init: RequestInit = {}): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${endpoint.apiKey}` };
  const method = body === undefined ? 'GET' : 'POST';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(new URL(path, endpoint.baseUrl), { method, headers, body: text, ...init });
  return { status: answer.status, text: await answer.text() };
}

interface Answer {
  readonly choices: readonly {
    readonly message: {
      readonly content: string | null;
      readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
    };
    readonly finish_reason: string;
  }[];
  readonly usage: { readonly completion_tokens: number; readonly prompt_tokens_details: { cached_tokens: number } };
}

const user = (script: object) => ({ role: 'user', content: JSON.stringify(script) });

/** Completes what is scripted and takes the answer apart. */
async function complete(script: object, rest: object = {}) {
  const { status, text } = await ask('/v1/chat/completions', { messages: [user(script)], ...rest });
  expect({ status, text }).toMatchObject({ status: 200 });
  const { choices, usage } = JSON.parse(text) as Answer;
  const { message, finish_reason: reason } = choices[0]!;
  return { content: message.content, call: message.tool_calls?.[0]?.function, reason, usage };
}

async function refusal(path: string, body: unknown, init?: RequestInit): Promise<unknown> {
  const { status, text } = await ask(path, body, init);
  const { error } = JSON.parse(text) as { error: { type: string; message: string } };
  return `${status} ${error.type}: ${error.message}`;
}

const count = async (body: unknown): Promise<unknown> => JSON.parse((await ask('/tokenize', body)).text);

describe('the server of the engine', () => {
  test('tells that it is well and which model it serves, and answers nobody without the secret', async () => {
    expect(JSON.parse((await ask('/health')).text)).toEqual({ status: 'ok' });
    expect(JSON.parse((await ask('/v1/models')).text)).toMatchObject({
      data: [{ id: 'played', meta: { n_ctx: 2_000, n_ctx_train: 4_096, n_params: 7, name: 'Played' } }],
    });
    for (const authorization of ['', 'Bearer wrong']) {
      expect(await refusal('/v1/models', undefined, { headers: { authorization } })).toMatch(
        /^401 authentication_error/,
      );
    }
  });

  test('counts the tokens of a text, and of a request with the tools that a completion would see', async () => {
    expect(await count({ content: 'abc' })).toEqual({ count: 3, n_ctx: 2_000 });
    expect(await count({ text: 'ab' })).toEqual({ count: 2, n_ctx: 2_000 });
    const messages = [{ role: 'user', content: 'hi' }];
    expect(await count({ messages })).toEqual({ count: 'user: hi\nmodel: '.length, n_ctx: 2_000 });
    const { count: withTools } = (await count({ messages, tools: [WEATHER] })) as { count: number };
    expect(withTools).toBeGreaterThan(300);
  });

  const chat = '/v1/chat/completions';
  const messages = [user({})];
  test.each([
    {
      what: 'an unknown path',
      path: '/v1/none',
      body: {},
      told: /^404 not_found_error: no such path: POST \/v1\/none/,
    },
    { what: 'what is no JSON', path: chat, body: '{', told: /^400 invalid_request_error: the body is not JSON/ },
    { what: 'no messages', path: chat, body: { messages: [] }, told: /^400 invalid_request_error: messages/ },
    { what: 'several answers', path: chat, body: { messages, n: 2 }, told: /^400 invalid_request_error: n must be 1/ },
    {
      what: 'another model',
      path: chat,
      body: { messages, model: 'other' },
      told: /^404 not_found_error: model 'other'/,
    },
    { what: 'a wrong grammar', path: chat, body: { messages, grammar: 'unparsable' }, told: /^400 .*not valid GBNF/ },
    {
      what: 'a prompt longer than the window',
      path: chat,
      body: { messages: [user({ words: 'x'.repeat(2_000) })] },
      told: /^400 exceed_context_size_error: request \(2\d{3} tokens\) exceeds .* \(2000 tokens\)/,
    },
    {
      what: 'what the engine fails at',
      path: chat,
      body: { messages: [user({ failure: 'out of luck' })] },
      told: /^500 server_error: out of luck/,
    },
  ])('refuses $what', async ({ path, body, told }) => {
    expect(await refusal(path, body)).toMatch(told);
  });
});

describe('a completion of the engine', () => {
  test('ends by itself, at a stop text, at the template’s end, or at its limit', async () => {
    expect(await complete({ words: 'Paris.' })).toMatchObject({ content: 'Paris.', reason: 'stop' });
    expect(await complete({ words: 'one STOP two' }, { stop: ' STOP' })).toMatchObject({
      content: 'one',
      reason: 'stop',
    });
    expect(await complete({ words: 'one<end>two' })).toMatchObject({ content: 'one', reason: 'stop' });
    const cut = await complete({ words: 'abcdef' }, { max_tokens: 3, frequency_penalty: 1, seed: 1 });
    expect(cut).toMatchObject({ content: 'abc', reason: 'length', usage: { completion_tokens: 3 } });
  });

  test('evaluates only what is new when a conversation goes on', async () => {
    const words = { words: 'again and again' };
    await complete(words);
    const { usage } = await complete(words);
    expect(usage.prompt_tokens_details.cached_tokens).toBeGreaterThan(20);
  });

  test('calls a tool only where the model means to, or must', async () => {
    const tools = [WEATHER];
    const script = { words: 'It rains.', call: CALL };
    const call = { name: 'get_weather', arguments: '{"city": "Paris"}' };
    expect(await complete({ ...script, probability: 0.9 }, { tools })).toMatchObject({ call, reason: 'tool_calls' });
    expect(await complete({ ...script, probability: 0.1 }, { tools })).toMatchObject({ content: 'It rains.' });
    const forced = await complete({ ...script, probability: 0.1 }, { tools, tool_choice: 'required' });
    expect(forced).toMatchObject({ call, reason: 'tool_calls' });
    const cut = await complete({ ...script, probability: 0.9 }, { tools, max_tokens: 40 });
    expect(cut).toMatchObject({ call: undefined, reason: 'length' });
  });

  test('answers in words instead of repeating a call, and makes another call', async () => {
    const turn = (city: string) => [
      user({ words: 'It rains.', call: CALL, probability: 0.9 }),
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', function: { ...WEATHER.function, arguments: `{"city": "${city}"}` } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'rain' },
    ];
    const again = await complete({}, { tools: [WEATHER], messages: turn('Paris') });
    expect(again).toMatchObject({ content: 'It rains.', call: undefined, reason: 'stop' });
    // The call that was thrown away counts too, up to the brace that closes its arguments.
    expect(again.usage.completion_tokens).toBe(CALL.length - 1 + 'It rains.'.length);
    const next = await complete({}, { tools: [WEATHER], messages: turn('Rome') });
    expect(next).toMatchObject({ call: { arguments: '{"city": "Paris"}' }, reason: 'tool_calls' });
  });

  test('streams, falls back to a looser grammar, and ends with the marker', async () => {
    const schema = { type: 'object', properties: { unparsable: { type: 'string' } } };
    const { text } = await ask('/v1/chat/completions', {
      messages: [user({ words: '{}' })],
      stream: true,
      stream_options: { include_usage: true },
      response_format: { type: 'json_schema', json_schema: { schema } },
    });
    expect(text).toMatch(
      /"content":"\{"[^]*"content":"\}"[^]*"finish_reason":"stop"[^]*"total_tokens"[^]*data: \[DONE\]/,
    );
  });

  test('refuses who comes when one waits already, and serves the next when a client leaves', async () => {
    const endless = new AbortController();
    const body = JSON.stringify({ messages: [user({ isEndless: true })], stream: true });
    const headers = { authorization: `Bearer ${endpoint.apiKey}` };
    const url = new URL('/v1/chat/completions', endpoint.baseUrl);
    const first = await fetch(url, { method: 'POST', headers, body, signal: endless.signal });
    expect(first.status).toBe(200);
    const others = [1, 2].map(() => ask('/v1/chat/completions', { messages: [user({ words: 'served' })] }));
    expect((await Promise.race(others)).text).toContain('busy_error');
    endless.abort();
    const statuses = (await Promise.all(others)).map(({ status }) => status);
    expect(statuses.sort((one, other) => one - other)).toEqual([200, 503]);
  });
});

test('a port that something else listens on is E_PORT, with what to do', async () => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const blocked = createChatEngine({
    modelPath: FAKE_PACKAGE,
    modelId: 'played',
    contextTokens: 2_000,
    threads: 1,
    slots: 1,
    gpu: false,
    port,
    enginePackage: FAKE_PACKAGE,
    loadTimeoutMs: 20_000,
  });
  try {
    await expect(blocked.endpoint(new AbortController().signal)).rejects.toMatchObject({
      code: 'E_PORT',
      message: expect.stringMatching(new RegExp(`^port ${port} .*change embedded\\.port$`)),
    });
  } finally {
    await blocked.dispose();
    taken.close();
  }
});
