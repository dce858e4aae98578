import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fake-model-server.ts';
import { callServer } from '../support/call-server.ts';
import type { DialectId, FakeServerOptions } from './protocol.ts';

const chatPath = '/v1/chat/completions';
const hello = { model: 'm', messages: [{ role: 'user', content: 'hello' }] };
const models = [
  { id: 'm', contextLength: 10 },
  { id: 'n', contextLength: 10 },
];

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
});
afterAll(() => server.stop());

async function once(options: FakeServerOptions, path: string, body?: unknown): Promise<[number, unknown]> {
  await server.reset({ models, ...options });
  const { status, text } = await callServer(server.url, { path, body });
  return [status, /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text];
}

const unauthorised: [DialectId, string, unknown][] = [
  [
    'openai',
    '/v1/models',
    {
      error: {
        message: 'Incorrect API key provided.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    },
  ],
  [
    'localai',
    '/v1/models',
    { error: { code: 401, message: 'An authentication key is required', type: 'invalid_request_error' } },
  ],
  ['llama-cpp-python', '/v1/models', { detail: 'Invalid API key' }],
  ['vllm', '/v1/models', { error: 'Unauthorized' }],
  ['tei', '/info', ''],
  ['infinity', '/models', { detail: 'Unauthorized' }],
];

test.each(unauthorised)('%s refuses a call to %s without its key in its own words', async (dialect, path, expected) => {
  await server.reset({ dialect, models, key: 'secret' });
  const refused = await callServer(server.url, { path });
  expect([refused.status, refused.text === '' ? '' : JSON.parse(refused.text)]).toEqual([401, expected]);
  const good = await callServer(server.url, { path, headers: { authorization: 'Bearer secret' } });
  expect(good.status).toBe(200);
});

const unknown: [DialectId, number, unknown][] = [
  [
    'lmstudio',
    404,
    { message: 'Model x not found', type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
  ],
  [
    'localai',
    404,
    { code: 404, message: 'model "x" not found. To see available models, call GET /v1/models', type: '' },
  ],
  ['vllm', 404, { message: 'The model `x` does not exist.', type: 'NotFoundError', param: 'model', code: 404 }],
];

test.each(unknown)('%s does not know a model', async (dialect, status, error) => {
  expect(await once({ dialect }, chatPath, { ...hello, model: 'x' })).toEqual([status, { error }]);
});

async function named(dialect: DialectId): Promise<unknown> {
  const [, body] = await once({ dialect, models: ['real'] }, chatPath, { ...hello, model: 'asked' });
  return (body as { model: unknown }).model;
}

test('servers with one model answer any name: LM Studio and llama-server under the real one, llama-cpp-python under the asked one', async () => {
  expect([await named('lmstudio'), await named('llamacpp'), await named('llama-cpp-python')]).toEqual([
    'real',
    'real',
    'asked',
  ]);
});

const health: [DialectId, string, unknown][] = [
  ['ollama', '/', 'Ollama is running'],
  ['mlx', '/health', { status: 'ok' }],
  ['localai', '/readyz', ''],
  ['vllm', '/health', ''],
  ['tei', '/health', ''],
  ['infinity', '/health', { unix: expect.any(Number) }],
];

test.each(health)('%s is healthy at %s', async (dialect, path, expected) => {
  expect(await once({ dialect }, path)).toEqual([200, expected]);
});

test('LocalAI says at its readiness path that it starts', async () => {
  const rules = [{ fault: { kind: 'loading' as const } }];
  expect(await once({ dialect: 'localai', rules }, '/readyz')).toEqual([
    503,
    { status: 'starting', reason: 'startup preload in progress' },
  ]);
});

describe('a prompt over the context', () => {
  const long = { ...hello, messages: [{ role: 'user', content: 'a b c d e f g h i j k l m' }] };

  test('is an error event under 200 in a stream of LM Studio and a flat 400 without one', async () => {
    const [status, text] = await once({ dialect: 'lmstudio' }, chatPath, { ...long, stream: true });
    expect(status).toBe(200);
    expect(text).toMatch(/^event: error\ndata: \{"error":\{"message":"The number of tokens to keep/);
    expect(await once({ dialect: 'lmstudio' }, chatPath, long)).toEqual([
      400,
      { error: expect.stringContaining('context length') },
    ]);
  });

  test('is refused by vLLM, llama-cpp-python and OpenAI with 400', async () => {
    for (const dialect of ['vllm', 'llama-cpp-python', 'openai'] as const) {
      const [status, body] = await once({ dialect }, chatPath, long);
      expect([status, JSON.stringify(body)]).toEqual([
        400,
        expect.stringContaining('maximum context length is 10 tokens'),
      ]);
    }
  });

  test('loses its oldest messages without a word in Ollama', async () => {
    const messages = [
      { role: 'user', content: 'a b c d e f g h i' },
      { role: 'user', content: 'one two' },
    ];
    const [, body] = await once({ dialect: 'ollama' }, '/api/chat', { model: 'm', stream: false, messages });
    expect(body).toMatchObject({ message: { content: 'You said: one two' }, prompt_eval_count: 2 });
  });
});

test('LM Studio refuses json_object and takes a schema', async () => {
  const refused = await once({ dialect: 'lmstudio' }, chatPath, { ...hello, response_format: { type: 'json_object' } });
  expect(refused).toEqual([400, { error: "'response_format.type' must be 'json_schema' or 'text'" }]);
  const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
  const [, body] = await once({ dialect: 'lmstudio' }, chatPath, {
    ...hello,
    response_format: { type: 'json_schema', json_schema: { name: 'p', schema } },
  });
  expect(body).toMatchObject({ choices: [{ message: { content: '{"n":1}' } }] });
});

test('mlx_lm speaks HTTP/1.0, wants a length, and ends by closing', async () => {
  await server.reset({ dialect: 'mlx', models });
  const stream = await callServer(server.url, { path: chatPath, body: { ...hello, stream: true } });
  expect(stream).toMatchObject({ httpVersion: '1.0', failure: undefined });
  expect(stream.headers).not.toHaveProperty('transfer-encoding');
  expect(stream.text).toMatch(/^: keepalive[^]*\[DONE\]\n\n$/);
  const chunked = await callServer(server.url, {
    path: chatPath,
    body: hello,
    isChunked: true,
  });
  expect(chunked.status).toBe(411);
});

test('Ollama loads, unloads, pulls and deletes models', async () => {
  await server.reset({ dialect: 'ollama', models });
  const loaded = async (): Promise<string[]> => {
    const { text } = await callServer(server.url, { path: '/api/ps' });
    return (JSON.parse(text) as { models: { name: string }[] }).models.map((model) => model.name);
  };
  expect(await loaded()).toEqual(['m:latest', 'n:latest']);
  await callServer(server.url, { path: '/api/generate', body: { model: 'm', keep_alive: 0 } });
  expect(await loaded()).toEqual(['n:latest']);
  expect((await callServer(server.url, { path: '/api/pull', body: { model: 'nope' } })).text).toMatch(
    /^\{"status":"pulling manifest"\}\n\{"error":/,
  );
  expect((await callServer(server.url, { path: '/api/pull', body: { model: 'pullable' } })).text).toMatch(
    /"status":"success"\}\n$/,
  );
  expect((await callServer(server.url, { path: '/api/tags' })).text).toMatch(/"name":"pullable:latest"/);
  await callServer(server.url, { path: '/api/delete', method: 'DELETE', body: { model: 'pullable' } });
  expect((await callServer(server.url, { path: '/api/tags' })).text).not.toMatch(/pullable/);
});
