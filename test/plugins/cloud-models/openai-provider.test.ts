import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_PRINCIPAL, type CallContext, type Provider } from 'wooster';
import { openai } from '../../../plugins/cloud-models/clouds.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import { makeProvider } from '../local-model/providers/preset-setup.ts';

const permits = createPermitOffice();
const permit = permits.issue({ providerId: 'openai', decisionId: 'd1', grantedBy: 'a test' });
const undo: (() => Promise<void>)[] = [];
let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({
    dialect: 'openai',
    models: ['gpt-x', 'text-embedding-3-small'],
    key: 'sk-right',
  });
}, 30_000);
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
  await server.script([]);
  await server.forget();
});
afterAll(() => server.stop());

function make(entry: Parameters<typeof makeProvider>[1] = {}): Provider {
  const { provider, dispose } = makeProvider(openai, {
    baseUrl: server.url,
    key: 'sk-right',
    needsPermit: true,
    permits,
    ...entry,
  });
  undo.push(dispose);
  return provider;
}

function call(changes: Partial<CallContext> = {}): CallContext {
  const limits = { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 };
  const signal = new AbortController().signal;
  return { parameters: {}, limits, principal: LOCAL_PRINCIPAL, attemptId: 'a', signal, permit, ...changes };
}

describe('the OpenAI provider', () => {
  test('sends nothing without a permit, whatever the key', async () => {
    for (const forged of [undefined, { ...permit }]) {
      const model = await make().chat!('gpt-x', call({ permit: forged }));
      await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_PRIVACY' });
      const stream = model._streamResponseChunks([], {});
      await expect(stream.next()).rejects.toMatchObject({ code: 'E_PRIVACY' });
    }
    expect(await server.requests()).toEqual([]);
  });

  test('puts the key into the request and into nothing else', async () => {
    const model = await make().chat!('gpt-x', call());
    expect(JSON.stringify([model, model.lc_kwargs])).not.toContain('sk-right');
    await model.invoke('hi');
    const [record] = await server.requests();
    expect(record?.headers.authorization).toBe('Bearer sk-right');
  });

  test('says that the key is missing or wrong, and does not print it', async () => {
    await expect(make({ key: undefined }).chat!('gpt-x', call())).rejects.toMatchObject({
      code: 'E_PROVIDER_AUTH',
      message: expect.stringMatching(/OPENAI_API_KEY/),
    });
    const model = await make({ key: 'sk-wrong' }).chat!('gpt-x', call());
    const error = await model.invoke('hi').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E_PROVIDER_AUTH', message: expect.not.stringContaining('sk-wrong') });
  });

  test('asks once, whatever the failure', async () => {
    const model = await make().chat!('gpt-x', call());
    for (const status of [429, 500, 503]) {
      await server.script([{ fault: { kind: 'status', status } }]);
      await server.forget();
      await expect(model.invoke('hi')).rejects.toMatchObject({ code: expect.stringMatching(/^E_/) });
      expect(await server.requests()).toHaveLength(1);
    }
  });

  test('says that nothing listens', async () => {
    const closed = await startFakeModelServer({ dialect: 'openai' });
    await closed.stop();
    const model = await make({ baseUrl: closed.url }).chat!('gpt-x', call());
    await expect(model.invoke('hi')).rejects.toMatchObject({
      code: 'E_UNREACHABLE',
      message: expect.stringMatching(/nothing listens/),
    });
  });

  test('uses the chat wire for names that the package would send elsewhere', async () => {
    await server.configure({ models: ['gpt-5-codex'] });
    const model = await make().chat!('gpt-5-codex', call());
    await model.invoke('hi');
    expect((await server.requests()).map(({ path }) => path)).toEqual(['/v1/chat/completions']);
    await server.configure({ models: ['gpt-x', 'text-embedding-3-small'] });
  });

  test('lists its models as cloud, with what their names tell', async () => {
    const models = await make().listModels(new AbortController().signal);
    expect(models).toEqual([
      expect.objectContaining({ ref: 'openai:gpt-x', locality: { value: 'cloud', origin: 'config' } }),
      expect.objectContaining({
        capabilities: expect.objectContaining({ chat: { value: false, origin: 'catalogue' } }),
      }),
    ]);
  });

  test.each([
    { what: 'readiness', entry: { model: 'gpt-x' }, report: { state: 'ready' } },
    {
      what: 'a model it does not offer',
      entry: { model: 'gpt-9' },
      report: { state: 'misconfigured', code: 'E_MODEL_NOT_FOUND' },
    },
    { what: 'a wrong key', entry: { key: 'sk-wrong' }, report: { state: 'misconfigured', code: 'E_PROVIDER_AUTH' } },
    { what: 'no key', entry: { key: '' }, report: { state: 'misconfigured', code: 'E_PROVIDER_AUTH' } },
  ])('reports $what', async ({ entry, report }) => {
    expect(await make(entry).probe(new AbortController().signal)).toMatchObject(report);
  });

  test('reports an address that is down', async () => {
    expect(await make({ baseUrl: 'http://127.0.0.1:9' }).probe(new AbortController().signal)).toMatchObject({
      state: 'down',
      code: 'E_UNREACHABLE',
    });
  });
});
