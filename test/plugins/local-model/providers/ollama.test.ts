import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_PRINCIPAL, type CallContext, type Provider } from 'wooster';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { createPermitOffice } from '../../../../src/kernel/http/permit-office.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import { makeProvider } from './preset-setup.ts';

const permits = createPermitOffice();
const signal = new AbortController().signal;
let server: FakeModelServer;
let provider: Provider;
let dispose: () => Promise<void>;

beforeAll(async () => {
  server = await startFakeModelServer({
    dialect: 'ollama',
    models: ['m:latest', { id: 'big:latest', remoteHost: 'https://ollama.com:443' }],
  });
}, 30_000);

afterEach(async () => {
  await dispose();
  await server.script([]);
  await server.forget();
});
afterAll(() => server.stop());

function make(options: Record<string, unknown> = {}): Provider {
  ({ provider, dispose } = makeProvider(ollama, { baseUrl: server.url, permits, options }));
  return provider;
}

function call(changes: Partial<CallContext> = {}): CallContext {
  const limits = { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 };
  return { parameters: {}, limits, principal: LOCAL_PRINCIPAL, attemptId: 'a', signal, ...changes };
}

async function chatPaths(): Promise<string[]> {
  return (await server.requests()).map(({ path }) => path).filter((path) => path === '/api/chat');
}

describe('Ollama', () => {
  test('sends nothing to a model that runs elsewhere without a permit, though the server is local', async () => {
    for (const model of ['big', 'big:latest', 'unlisted:cloud', 'gpt-oss:120b-cloud']) {
      await expect(make().chat!(model, call())).rejects.toMatchObject({ code: 'E_PRIVACY' });
      await dispose();
    }
    const forged = { providerId: 'ollama', decisionId: 'd', grantedBy: 'x' };
    await expect(make().chat!('big', call({ permit: forged }))).rejects.toMatchObject({ code: 'E_PRIVACY' });
    expect(await chatPaths()).toEqual([]);
    const permit = permits.issue(forged);
    await dispose();
    await (await make().chat!('big', call({ permit }))).invoke('hi');
    expect(await chatPaths()).toHaveLength(1);
  });

  test('asks for window and memory as configured', async () => {
    const chat = await make({ contextTokens: 8192, keepAlive: '30m', think: false }).chat!('m', call());
    await chat.invoke('hi');
    const body = (await server.requests()).find(({ path }) => path === '/api/chat')?.body;
    expect(body).toMatchObject({ keep_alive: '30m', think: false, truncate: false, options: { num_ctx: 8192 } });
  });

  test('loads, lists and unloads models', async () => {
    const { lifecycle } = make();
    await lifecycle!.unload!('m', signal);
    await lifecycle!.load!('m', signal);
    expect(await lifecycle!.loaded!(signal)).toContainEqual(expect.objectContaining({ modelId: 'm:latest' }));
    await lifecycle!.unload!('m', signal);
    expect(await lifecycle!.loaded!(signal)).not.toContainEqual(expect.objectContaining({ modelId: 'm:latest' }));
  });

  test('pulls a model with progress, and tells a failure that comes under a status of 200', async () => {
    const { lifecycle } = make();
    const steps: number[] = [];
    await lifecycle!.pull!('m:latest', { signal, onProgress: ({ done }) => steps.push(done) });
    expect(steps.length).toBeGreaterThan(0);
    await server.script([{ match: { path: '/api/pull' }, replay: 'ollama-0.34-pull-unreachable' }]);
    await expect(lifecycle!.pull!('nope', { signal, onProgress: () => {} })).rejects.toMatchObject({
      code: expect.stringMatching(/^E_/),
    });
  });

  test('refuses options it does not know', () => {
    expect(() => make({ contextTokenz: 1 })).toThrow(/contextTokenz/);
    make();
  });
});
