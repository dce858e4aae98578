import { describe, expect, test } from '@jest/globals';
import { ask, call, clientOf, drain, fakeServer, limits } from './client-setup.ts';

describe('a call', () => {
  const started = fakeServer({
    dialect: 'ollama',
    models: [{ id: 'm', capabilities: ['completion'] }],
    key: undefined,
  });

  test('has the limit of loading before the first answer of a model that is not in memory', async () => {
    const server = await started;
    await server.script([{ match: { path: '/api/chat' }, fault: { kind: 'hang-before-headers' } }]);
    const short = call({ limits: limits({ firstTokenMs: 40, loadMs: 80 }) });
    const cold = clientOf(server.url, { dialect: 'ollama', isLoaded: async () => false });
    expect((await drain(cold.streamChat(ask('hi'), short))).error).toMatchObject({ code: 'E_TIMEOUT', phase: 'load' });
    for (const isLoaded of [async () => true, async () => undefined, () => Promise.reject(new Error('no'))]) {
      const warm = clientOf(server.url, { dialect: 'ollama', isLoaded });
      const { error } = await drain(warm.streamChat(ask('hi'), short));
      expect(error).toMatchObject({ code: 'E_TIMEOUT', phase: 'first-token' });
    }
  });

  test('asks whether the model is in memory once, until it has been quiet for long', async () => {
    const { url } = await started;
    let questions = 0;
    const isLoaded = async (): Promise<boolean> => {
      questions += 1;
      return false;
    };
    const client = clientOf(url, { dialect: 'ollama', isLoaded });
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await drain(client.streamChat(ask('hi'), call()))).error).toBeUndefined();
    }
    expect(questions).toBe(1);
  });

  test('takes the key out of what a server says', async () => {
    const server = await started;
    await server.script([{ fault: { kind: 'status', status: 401, body: { error: 'wrong key sk-secret' } } }]);
    const failure = clientOf(server.url, { dialect: 'ollama', key: 'sk-secret' }).chat(ask('hi'), call());
    await expect(failure).rejects.toMatchObject({
      code: 'E_PROVIDER_AUTH',
      message: expect.not.stringContaining('sk-secret'),
    });
  });

  test('in another wire than the server speaks is told', async () => {
    const server = await started;
    await server.script([{ match: { path: '/v1/chat/completions' }, replay: 'ollama-0.34-chat-nostream-smol' }]);
    await expect(clientOf(server.url).chat(ask('hi'), call())).rejects.toMatchObject({
      code: 'E_MALFORMED',
      message: expect.stringMatching(/openai wire/),
    });
  });

  test('of a server that does not stream gives its whole answer', async () => {
    const server = await started;
    await server.script([{ match: { path: '/v1/chat/completions' }, replay: 'llama-server-b10068-tools' }]);
    const { deltas, error } = await drain(clientOf(server.url).streamChat(ask('hi'), call()));
    expect(error).toBeUndefined();
    expect(deltas).toContainEqual(expect.objectContaining({ kind: 'tool-call', name: 'get_weather' }));
  });

  test('for embeddings of a server without them sends nothing', async () => {
    const server = await started;
    const client = clientOf(server.url, { quirks: new Set(['no-embeddings'] as const) });
    await expect(client.embed({ model: 'm', texts: ['a'] }, call())).rejects.toMatchObject({
      code: 'E_CAPABILITY',
      capability: 'embed',
    });
    expect(await server.requests()).toEqual([]);
  });

  test('that was cancelled beforehand sends nothing', async () => {
    const server = await started;
    const client = clientOf(server.url, { dialect: 'ollama' });
    const cancelled = call({ signal: AbortSignal.abort() });
    await expect(client.chat(ask('hi'), cancelled)).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect((await drain(client.streamChat(ask('hi'), cancelled))).error).toMatchObject({ code: 'E_CANCELLED' });
    expect(await server.requests()).toEqual([]);
  });
});
