import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from '../fake-model-server.ts';
import { callServer } from '../support/call-server.ts';
import type { InBandForm, Fault } from './faults/fault-kinds.ts';

const chatPath = '/v1/chat/completions';
const hello = { model: 'fake-chat', stream: true, messages: [{ role: 'user', content: 'hello' }] };

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
});
afterAll(() => server.stop());

describe('the script', () => {
  test('uses rules in order, each for its times, after those it lets pass', async () => {
    await server.reset({ dialect: 'openai' });
    await server.script([
      { match: { path: chatPath, skip: 1, times: 1 }, fault: { kind: 'status', status: 500 } },
      { match: { path: '/v1/*', times: 2 }, fault: { kind: 'status', status: 429 } },
    ]);
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      statuses.push((await callServer(server.url, { path: chatPath, body: hello })).status);
    expect(statuses).toEqual([429, 500, 429, 200, 200]);
  });

  test('matches by model, stream and body', async () => {
    await server.reset({ dialect: 'openai', models: ['one', 'two'] });
    await server.script([
      { match: { model: 'two' }, fault: { kind: 'status', status: 404 } },
      { match: { isStream: true }, fault: { kind: 'status', status: 500 } },
      { match: { bodyIncludes: 'needle' }, fault: { kind: 'status', status: 413 } },
    ]);
    const ask = async (body: Record<string, unknown>): Promise<number> =>
      (await callServer(server.url, { path: chatPath, body: { model: 'one', messages: [], ...body } })).status;
    expect([
      await ask({ model: 'two' }),
      await ask({ stream: true }),
      await ask({ user: 'needle' }),
      await ask({}),
    ]).toEqual([404, 500, 413, 200]);
  });

  test('loads for a number of requests or for a time, then is ready', async () => {
    await server.reset({ dialect: 'llamacpp' });
    await server.script([{ fault: { kind: 'loading', requests: 2 } }]);
    const byCount = [1, 2, 3].map(async () => (await callServer(server.url, { path: '/health' })).status);
    expect((await Promise.all(byCount)).toSorted((one, two) => one - two)).toEqual([200, 503, 503]);
    await server.script([{ fault: { kind: 'loading', forMs: 60 } }]);
    const first = await callServer(server.url, { path: '/v1/models' });
    expect(JSON.parse(first.text)).toEqual({
      error: { code: 503, message: 'Loading model', type: 'unavailable_error' },
    });
    const deadline = Date.now() + 2000;
    let status = 503;
    while (status === 503 && Date.now() < deadline) ({ status } = await callServer(server.url, { path: '/v1/models' }));
    expect(status).toBe(200);
  });

  test('makes an Ollama that loads wait instead of refusing', async () => {
    await server.reset({ dialect: 'ollama' });
    await server.script([{ fault: { kind: 'loading', forMs: 100 } }]);
    const reply = await callServer(server.url, { path: '/api/tags' });
    expect(reply).toMatchObject({ status: 200 });
    expect(reply.elapsedMs).toBeGreaterThanOrEqual(95);
  });

  test('plays tokens, reasoning, finish reason and usage as they are written', async () => {
    await server.reset({ dialect: 'vllm' });
    const reply = {
      tokens: ['A', 'B'],
      reasoning: 'well',
      finishReason: 'content_filter',
      usage: { promptTokens: 70, completionTokens: 9 },
      tokenDelayMs: 30,
    };
    await server.script([{ reply }]);
    const { text, elapsedMs } = await callServer(server.url, {
      path: chatPath,
      body: { ...hello, stream_options: { include_usage: true } },
    });
    expect(text).toMatch(
      /"reasoning":"well"[^]*"content":"A"[^]*"content":"B"[^]*"finish_reason":"content_filter"[^]*"prompt_tokens":70,"completion_tokens":9/,
    );
    expect(elapsedMs).toBeGreaterThanOrEqual(55);
    await server.script([{ reply: { ...reply, usage: false } }]);
    expect((await callServer(server.url, { path: chatPath, body: { ...hello, stream: false } })).text).not.toMatch(
      /usage/,
    );
  });

  test('lets a rule that says something replace what is said in general', async () => {
    await server.reset({
      dialect: 'openai',
      reply: { text: 'general', reasoning: 'thought' },
    });
    await server.script([{ match: { times: 1 }, reply: { toolCalls: [{ name: 'f', arguments: {} }] } }]);
    const called = await callServer(server.url, { path: chatPath, body: hello });
    expect(called.text).toMatch(/thought[^]*"name":"f"/);
    expect(called.text).not.toMatch(/general/);
    expect((await callServer(server.url, { path: chatPath, body: hello })).text).toMatch(/general/);
  });

  test('proves that a caller who leaves closed the socket, and after how many tokens', async () => {
    const text = 'word '.repeat(200);
    await server.reset({ dialect: 'openai', reply: { text, tokenDelayMs: 50 } });
    await callServer(server.url, { path: chatPath, body: hello, signal: AbortSignal.timeout(300) });
    const [record] = await server.requests(2000);
    expect(record).toMatchObject({ outcome: 'client-closed', status: 200 });
    expect(record!.tokensSent).toBeGreaterThan(0);
    expect(record!.tokensSent).toBeLessThan(100);
    expect(record!.endedAt! - record!.receivedAt).toBeLessThan(5000);
  });

  test('keeps method, query, headers, body and connection of each request', async () => {
    await server.reset({ dialect: 'openai' });
    await callServer(server.url, { path: '/v1/models?limit=1', headers: { authorization: 'Bearer k' } });
    await callServer(server.url, { path: chatPath, body: hello });
    const [first, second] = await server.requests();
    expect(first).toMatchObject({
      method: 'GET',
      path: '/v1/models',
      query: 'limit=1',
      headers: { authorization: 'Bearer k' },
    });
    expect(second).toMatchObject({ method: 'POST', path: chatPath, body: hello, outcome: 'answered' });
    expect(second?.connection).not.toBe(first?.connection);
    await server.forget();
    expect(await server.requests()).toEqual([]);
  });

  test('replays a recording by rule and by option, and spoils it too', async () => {
    await server.reset({ dialect: 'ollama', replay: ['ollama-0.34-chat-stream-smol'] });
    const good = await callServer(server.url, { path: '/api/chat', body: {} });
    expect(good.text.trim().split('\n')).toHaveLength(9);
    expect(good.text).toMatch(/"content":"esome"/);
    await server.script([{ replay: 'ollama-0.34-queue-2' }]);
    expect(await callServer(server.url, { path: '/api/chat', body: {} })).toMatchObject({ status: 503 });
    await server.script([{ replay: 'llama-server-b10068-chat-stream', fault: { kind: 'cut', afterTokens: 3 } }]);
    const cut = await callServer(server.url, { path: chatPath, body: {} });
    expect(cut).toMatchObject({ status: 200, failure: 'ECONNRESET' });
    expect(cut.text).not.toMatch(/finish_reason":"/);
  });
});

describe('an error inside a stream that began', () => {
  const forms: [InBandForm, RegExp][] = [
    ['data', /data: \{"error":\{[^\n]*\}\n\n$/],
    ['data-done', /data: \{"error":[^\n]*\n\ndata: \[DONE\]\n\n$/],
    ['event', /event: error\ndata: \{"error":[^\n]*\n\n$/],
    ['ndjson', /\n\{"error":[^\n]*\n$/],
    ['swallowed', /"content":""\},"finish_reason":null\}\]\}\n\n$/],
  ];
  test.each(forms)('can have the form %s', async (form, ending) => {
    await server.reset({ dialect: 'openai' });
    await server.script([{ fault: { kind: 'in-band-error', afterTokens: 1, form } }]);
    const reply = await callServer(server.url, { path: chatPath, body: hello });
    expect(reply).toMatchObject({ status: 200, failure: undefined });
    expect(reply.text).toMatch(/"content":"You"/);
    expect(reply.text).toMatch(ending);
  });

  test('has the form of the dialect when none is given', async () => {
    const fault: Fault = { kind: 'in-band-error', afterTokens: 1, message: 'boom' };
    await server.reset({ dialect: 'lmstudio', rules: [{ fault }] });
    expect((await callServer(server.url, { path: chatPath, body: hello })).text).toMatch(
      /event: error\ndata: \{"error":"boom"\}/,
    );
    await server.reset({ dialect: 'ollama', rules: [{ fault }] });
    expect((await callServer(server.url, { path: '/api/chat', body: hello })).text).toMatch(/\{"error":"boom"\}\n$/);
    await server.reset({ dialect: 'mlx', rules: [{ fault }] });
    const cut = await callServer(server.url, { path: chatPath, body: { ...hello, model: 'default_model' } });
    expect(cut.text).not.toMatch(/boom|DONE/);
  });
});
