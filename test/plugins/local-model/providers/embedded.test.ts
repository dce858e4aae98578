import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_PRINCIPAL, type CallContext } from 'wooster';
import { parseEmbedderWeights } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import { embedded } from '../../../../plugins/local-model/providers/embedded.ts';
import type { EmbeddedPort } from '../../../../plugins/local-model/providers/embedded/embedded-port.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import { embedderEntry } from '../weights/embedder-under-test.ts';
import { makeProvider } from './preset-setup.ts';

const ENTRY = {
  title: 'Tiny',
  bytes: 98_000_000,
  contextTokens: 8192,
  memoryMiB: 300,
  quantization: 'Q4_1',
  parameterCount: '0.1B',
  sha256: 'ab',
  tools: 'none',
} as const;
const call: CallContext = {
  parameters: {},
  limits: { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 },
  principal: LOCAL_PRINCIPAL,
  attemptId: 'a',
  signal: new AbortController().signal,
};
const undo: (() => Promise<void>)[] = [];
let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai', models: ['tiny'], key: 'secret-1' });
}, 30_000);
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});
afterAll(() => server.stop());

function make(port: Partial<EmbeddedPort> = {}): ReturnType<typeof makeProvider>['provider'] {
  const { provider, dispose } = makeProvider(
    embedded({
      modelId: 'tiny',
      mayDownload: true,
      contextTokens: 4096,
      entry: () => ENTRY,
      isPresent: async () => true,
      isRunning: () => false,
      endpoint: async () => ({ baseUrl: `${server.url}/v1`, apiKey: 'secret-1' }),
      dispose: () => {},
      ...port,
    }),
  );
  undo.push(dispose);
  return provider;
}

const endpoint = (): never => {
  throw new Error('must not be asked');
};

describe('the embedded provider', () => {
  test('answers through the engine, with the key it was given', async () => {
    const answer = await (await make().chat!('tiny', call)).invoke('hi');
    expect(answer).toMatchObject({ text: expect.stringContaining('hi'), response_metadata: { provider: 'embedded' } });
  });

  test('follows an engine that was started again at another port', async () => {
    const second = await startFakeModelServer({ dialect: 'openai', models: ['tiny'], key: 'secret-2' });
    undo.push(() => second.stop());
    const endpoints = [
      { baseUrl: `${server.url}/v1`, apiKey: 'secret-1' },
      { baseUrl: `${second.url}/v1`, apiKey: 'secret-2' },
    ];
    const provider = make({ endpoint: async () => endpoints.shift()! });
    await (await provider.chat!('tiny', call)).invoke('one');
    await (await provider.chat!('tiny', call)).invoke('two');
    expect(await second.requests()).toHaveLength(1);
  });

  test.each([
    {
      what: 'present',
      port: {},
      report: { state: 'ready', detail: expect.stringMatching(/starts with the first question/) },
    },
    {
      what: 'running',
      port: { isRunning: () => true },
      report: { state: 'ready', detail: expect.stringMatching(/running/) },
    },
    {
      what: 'to be fetched',
      port: { isPresent: async () => false },
      report: {
        state: 'ready',
        detail: expect.stringMatching(/98 MB/),
        remedy: expect.stringMatching(/wooster setup/),
      },
    },
    {
      what: 'missing and not to be fetched',
      port: { isPresent: async () => false, mayDownload: false },
      report: { state: 'down', code: 'E_MODEL_NOT_FOUND', remedy: expect.stringMatching(/wooster setup/) },
    },
    {
      what: 'missing and forbidden to fetch',
      port: { isPresent: async () => false, mayDownload: false, downloadRefusal: 'flag: --local-only' },
      report: {
        state: 'down',
        detail: expect.stringContaining('flag: --local-only forbids downloads'),
        remedy: expect.not.stringContaining('wooster setup'),
      },
    },
    {
      what: 'a file that is not there',
      port: { ownFile: '/nowhere/x.gguf', entry: () => ({ title: 'x.gguf', tools: 'grammar' as const }) },
      report: { state: 'misconfigured', code: 'E_FILE', detail: 'there is no file /nowhere/x.gguf' },
    },
    {
      what: 'unknown',
      port: { entry: () => undefined },
      report: { state: 'misconfigured', code: 'E_MODEL_NOT_FOUND' },
    },
  ])('reports a model that is $what', async ({ port, report }) => {
    expect(await make(port).probe(call.signal)).toMatchObject(report);
  });

  test('refuses another model, and a missing one that may not be fetched, without touching the engine', async () => {
    await expect(make({ endpoint }).chat!('other', call)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
    const missing = make({ endpoint, isPresent: async () => false, mayDownload: false });
    await expect(missing.chat!('tiny', call)).rejects.toMatchObject({
      code: 'E_MODEL_NOT_FOUND',
      message: expect.stringMatching(/autoDownload is off/),
    });
  });

  test('lists its model with the window that is configured', async () => {
    const [model] = await make().listModels(call.signal);
    expect(model).toMatchObject({
      ref: 'embedded:tiny',
      contextTokens: { value: 4096, origin: 'config' },
      capabilities: { chat: { value: true }, tools: { value: false } },
      locality: { value: 'local' },
      isLoaded: { value: false },
    });
  });
});

describe('the embedders of the embedded provider', () => {
  const known = parseEmbedderWeights(embedderEntry());
  const facts = {
    name: 'maker/tiny-embedder',
    dimensions: 8,
    maxTokens: 16,
    pooling: 'mean',
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    quantization: 'int8',
    shorterDimensions: [],
  } as const;

  async function withEmbedder(
    port: Partial<EmbeddedPort> = {},
    change: Partial<EmbeddedPort['embedders'] & object> = {},
  ) {
    const models = [{ id: 'tiny-embedder', capabilities: ['embedding' as const], dimensions: 8 }];
    const embedding = await startFakeModelServer({ dialect: 'openai', models, key: 'secret-e' });
    undo.push(() => embedding.stop());
    return make({
      ...port,
      embedders: {
        offered: async () => [known],
        entry: (id) => (id === known.id ? known : undefined),
        isPresent: async () => true,
        isRunning: () => true,
        endpoint: async () => ({ baseUrl: `${embedding.url}/v1`, apiKey: 'secret-e' }),
        ...change,
      },
    });
  }

  test('are listed beside the chat model, by the digest of their weights', async () => {
    const models = await (await withEmbedder()).listModels(call.signal);
    expect(models.map(({ ref }) => ref)).toEqual(['embedded:tiny', 'embedded:tiny-embedder']);
    expect(models[1]).toMatchObject({
      capabilities: { embed: { value: true }, chat: { value: false } },
      digest: { value: `sha256:${known.files.model.sha256}` },
      quantization: { value: 'int8' },
      contextTokens: { value: 16 },
      sizeBytes: { value: 9_700 },
      isLoaded: { value: true },
    });
    expect(await (await withEmbedder()).lifecycle?.loaded?.(call.signal)).toEqual([{ modelId: 'tiny-embedder' }]);
  });

  test('embed through an engine of their own', async () => {
    const provider = await withEmbedder({ endpoint });
    const model = await provider.embeddings!('tiny-embedder', { ...call, embedder: facts });
    expect(model.space).toMatchObject({ dimensions: 8, name: 'maker/tiny-embedder' });
    const { vectors } = await model.embed(['one', 'two'], 'document', call.signal);
    expect(vectors.map((vector) => vector.length)).toEqual([8, 8]);
    await expect(provider.lifecycle?.load?.('tiny-embedder', call.signal)).resolves.toBeUndefined();
  });

  test('keep the provider in service when its chat model cannot serve, which is then not listed', async () => {
    const missing = { isPresent: async () => false, mayDownload: false };
    const provider = await withEmbedder(missing);
    expect(await provider.probe(call.signal)).toMatchObject({
      state: 'ready',
      detail: expect.stringMatching(/^embeddings only: Tiny is not on this machine/),
    });
    expect((await provider.listModels(call.signal)).map(({ modelId }) => modelId)).toEqual(['tiny-embedder']);
    const neither = await withEmbedder(missing, { isPresent: async () => false });
    expect(await neither.probe(call.signal)).toMatchObject({ state: 'down' });
    expect((await neither.listModels(call.signal)).map(({ modelId }) => modelId)).toContain('tiny');
  });

  test('are refused when they are unknown, or missing where nothing may be fetched', async () => {
    const provider = await withEmbedder({ mayDownload: false }, { isPresent: async () => false, endpoint });
    const embed = (id: string): unknown => provider.embeddings!(id, { ...call, embedder: facts });
    await expect(embed('tiny')).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
    await expect(embed('tiny-embedder')).rejects.toMatchObject({
      code: 'E_MODEL_NOT_FOUND',
      message: expect.stringMatching(/autoDownload is off/),
    });
  });
});
