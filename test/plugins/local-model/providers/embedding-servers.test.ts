import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  LOCAL_PRINCIPAL,
  type EmbedderFacts,
  type EmbeddingCall,
  type EmbeddingModel,
  type ModelInfo,
  type Provider,
  type ProviderDescriptor,
} from 'wooster';
import { infinity } from '../../../../plugins/local-model/providers/presets/infinity.ts';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { lmstudio } from '../../../../plugins/local-model/providers/presets/lmstudio.ts';
import { mlx } from '../../../../plugins/local-model/providers/presets/mlx.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { openAICompatible } from '../../../../plugins/local-model/providers/presets/openai-compatible.ts';
import { tei } from '../../../../plugins/local-model/providers/presets/tei.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import type { DialectId, FakeServerOptions } from '../../../fakes/model-server/protocol.ts';
import { makeProvider } from './preset-setup.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const signal = new AbortController().signal;
const models = [{ id: 'e', capabilities: ['embedding' as const], dimensions: 16, contextLength: 256 }];

let shared: FakeModelServer;
beforeAll(async () => {
  shared = await startFakeModelServer({ dialect: 'ollama', models });
}, 30_000);
afterAll(() => shared.stop());

/** The one server of this file, as new. */
async function serve(
  options: Partial<FakeServerOptions> & Pick<FakeServerOptions, 'dialect'>,
): Promise<FakeModelServer> {
  await shared.reset({ models, ...options });
  await shared.forget();
  return shared;
}

function provide(
  preset: ProviderDescriptor,
  { url }: FakeModelServer,
  options: Record<string, unknown> = {},
): Provider {
  const { provider, dispose } = makeProvider(preset, { baseUrl: url, isDeclaredLocal: true, options });
  undo.push(dispose);
  return provider;
}

async function firstModel(preset: ProviderDescriptor, server: FakeModelServer): Promise<ModelInfo> {
  const [model] = await provide(preset, server).listModels(signal);
  return model!;
}

const FACTS: EmbedderFacts = {
  name: 'e',
  dimensions: 16,
  maxTokens: 4096,
  pooling: 'mean',
  isNormalized: true,
  queryPrefix: 'ask: ',
  documentPrefix: '',
  quantization: 'none',
  shorterDimensions: [],
};

function call(changes: Partial<EmbeddingCall> = {}): EmbeddingCall {
  const limits = { connectMs: 1000, loadMs: 5000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 };
  return { parameters: {}, limits, principal: LOCAL_PRINCIPAL, attemptId: 'a', signal, embedder: FACTS, ...changes };
}

describe('what lists tell of embedding models', () => {
  test.each([
    { preset: ollama, dialect: 'ollama' },
    { preset: lmstudio, dialect: 'lmstudio' },
    { preset: llamacpp, dialect: 'llamacpp' },
    { preset: tei, dialect: 'tei' },
    { preset: infinity, dialect: 'infinity' },
  ] as const)('$dialect tells that its model embeds and does not chat', async ({ preset, dialect }) => {
    const model = await firstModel(preset, await serve({ dialect, isEmbeddingServer: true }));
    expect(model.modelId).toMatch(/^e\b/);
    expect(model.capabilities).toMatchObject({ embed: { value: true }, chat: { value: false } });
  });

  test('llama-server for chat is told apart without computing anything', async () => {
    const server = await serve({ dialect: 'llamacpp', models: ['m'] });
    const model = await firstModel(llamacpp, server);
    expect(model.capabilities.chat).toEqual({ value: true, origin: 'server' });
    expect(model.capabilities.embed).toEqual({ value: false, origin: 'server' });
    const posted = (await server.requests()).filter(({ method }) => method === 'POST');
    expect(posted.map(({ path, body }) => [path, body])).toEqual([['/v1/embeddings', {}]]);
  });

  test('a router of llama.cpp is not asked, since it would load a model to answer', async () => {
    const server = await serve({ dialect: 'llamacpp', isRouter: true });
    await provide(llamacpp, server).listModels(signal);
    expect((await server.requests()).every(({ method }) => method === 'GET')).toBe(true);
  });

  test('Ollama names the digest of the weights, not of the manifest, for embedding models', async () => {
    const server = await serve({ dialect: 'ollama' });
    const digest = 'a'.repeat(64);
    const modelfile = `# Modelfile\nFROM /root/.ollama/models/blobs/sha256-${digest}\nTEMPLATE {{ .Prompt }}\n`;
    const body = { modelfile, capabilities: ['embedding'], model_info: {} };
    await server.script([{ match: { path: '/api/show' }, fault: { kind: 'status', status: 200, body } }]);
    expect((await firstModel(ollama, server)).digest).toEqual({ value: `sha256:${digest}`, origin: 'server' });
  });

  test('mlx_lm has no embeddings and says so before anything is sent', async () => {
    const server = await serve({ dialect: 'mlx', models: ['m'] });
    const provider = provide(mlx, server);
    await expect(provider.embeddings!('m', call())).rejects.toMatchObject({
      code: 'E_CAPABILITY',
      capability: 'embed',
    });
    expect(await server.requests()).toEqual([]);
    const [model] = await provider.listModels(signal);
    expect(model!.capabilities.embed).toMatchObject({ value: false });
  });
});

describe('what servers turn out to be', () => {
  test.each([
    { preset: tei, dialect: 'tei', name: 'text-embeddings-inference' },
    { preset: infinity, dialect: 'infinity', name: 'infinity' },
    { preset: openAICompatible, dialect: 'tei', name: 'text-embeddings-inference' },
    { preset: openAICompatible, dialect: 'infinity', name: 'infinity' },
  ] as const)('$dialect is recognised and ready ($preset.id)', async ({ preset, dialect, name }) => {
    const server = await serve({ dialect });
    const provider = provide(preset, server);
    expect(await provider.probe(signal)).toMatchObject({ state: 'ready', engine: { name } });
    expect((await provider.listModels(signal)).map(({ modelId }) => modelId)).toEqual(['e']);
  });

  test('a generic address is listed by its own route before it was ever looked at', async () => {
    expect(await firstModel(openAICompatible, await serve({ dialect: 'tei' }))).toMatchObject({
      modelId: 'e',
      contextTokens: { value: 256 },
    });
  });
});

describe('how texts are sent', () => {
  test('a server that adds the prefixes itself is told what a text is, and gets it bare', async () => {
    const server = await serve({ dialect: 'vllm' });
    const model = await provide(openAICompatible, server, { addsPrefixes: true }).embeddings!('e', call());
    await model.embed(['one'], 'query', signal);
    const sent = (await server.requests()).findLast(({ path }) => path === '/v1/embeddings');
    expect(sent?.body).toMatchObject({ input: ['one'], input_type: 'query' });
    expect(model.space.queryPrefix).toBe('ask: ');
  });

  test('a text is never longer than the engine reads, unless the user says that it reads more', async () => {
    const server = await serve({ dialect: 'llamacpp' });
    const limitsOf = async (options: Record<string, unknown>): Promise<number> =>
      (await provide(llamacpp, server, options).embeddings!('e', call())).limits.tokensPerInput;
    expect(await limitsOf({})).toBe(512);
    expect(await limitsOf({ embeddingTokens: 2048 })).toBe(2048);
    expect(await limitsOf({ embeddingTokens: 8192 })).toBe(4096);
  });

  test('nothing goes to a model of Ollama that runs in a cloud without a permit', async () => {
    const server = await serve({
      dialect: 'ollama',
      models: [{ ...models[0]!, remoteHost: 'https://ollama.com:443' }],
    });
    await expect(provide(ollama, server).embeddings!('e', call())).rejects.toMatchObject({ code: 'E_PRIVACY' });
    expect((await server.requests()).some(({ path }) => path === '/api/embed')).toBe(false);
  });

  test('vectors that no space calls normalised are left as they came', async () => {
    const server = await serve({ dialect: 'llama-cpp-python' });
    const norm = async (isNormalized: boolean): Promise<number> => {
      const model = await provide(openAICompatible, server).embeddings!(
        'e',
        call({ embedder: { ...FACTS, isNormalized } }),
      );
      return Math.hypot(...(await model.embed(['one two'], 'document', signal)).vectors[0]!);
    };
    expect(await norm(true)).toBeCloseTo(1, 5);
    expect(await norm(false)).toBeGreaterThan(1.5);
  });
});

/** A model whose server answers by recordings only. */
async function replaying(recording: string, preset: ProviderDescriptor, dimensions: number): Promise<EmbeddingModel> {
  const server = await serve({ dialect: preset.id as DialectId });
  const model = await provide(preset, server).embeddings!(
    'e',
    call({ dimensions, embedder: { ...FACTS, dimensions } }),
  );
  await server.script([{ match: { method: 'POST' }, replay: recording }]);
  return model;
}

describe('recorded replies of embeddings', () => {
  test.each([
    { recording: 'ollama-0.24-embed-ok', texts: ['hello world', 'b'], dimensions: 64, tokens: undefined },
    { recording: 'ollama-0.24-embed-dims', texts: ['a'], dimensions: 8, tokens: 3 },
    { recording: 'ollama-0.34-embed-ok', texts: ['hello world', 'b'], dimensions: 64, tokens: undefined },
  ])('$recording is read', async ({ recording, texts, dimensions, tokens }) => {
    const { vectors, inputTokens } = await (
      await replaying(recording, ollama, dimensions)
    ).embed(texts, 'query', signal);
    expect(vectors.map(({ length }) => length)).toEqual(texts.map(() => dimensions));
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 3);
    if (tokens !== undefined) expect(inputTokens).toBe(tokens);
  });

  test('a vector of llama-server b10068 tells its length, and is of length one', async () => {
    const server = await serve({ dialect: 'llamacpp' });
    await server.script([{ match: { method: 'POST' }, replay: 'llama-server-b10068-embeddings' }]);
    const unknown = call({ embedder: { ...FACTS, dimensions: undefined } });
    const model = await provide(llamacpp, server).embeddings!('e', unknown);
    const { vectors, inputTokens } = await model.embed(['a'], 'document', signal);
    expect(vectors[0]).toHaveLength(model.space.dimensions);
    expect(Math.hypot(...vectors[0]!)).toBeCloseTo(1, 1);
    expect(inputTokens).toBe(3);
  });

  test.each([
    {
      recording: 'llama-server-b10068-embeddings-too-long',
      preset: llamacpp,
      error: { code: 'E_CONTEXT', limitTokens: 512, actualTokens: 1502 },
    },
    { recording: 'llama-server-b10068-embeddings-off', preset: llamacpp, error: { code: 'E_CAPABILITY' } },
    {
      recording: 'ollama-0.34-embed-toolong',
      preset: ollama,
      error: { code: 'E_CONTEXT', limitTokens: 2048, actualTokens: expect.any(Number) },
    },
    { recording: 'ollama-0.24-embed-unknown', preset: ollama, error: { code: 'E_MODEL_NOT_FOUND' } },
    { recording: 'ollama-0.24-embed-empty', preset: ollama, error: { code: 'E_MALFORMED' } },
  ])('$recording is told as what it is', async ({ recording, preset, error }) => {
    const model = await replaying(recording, preset, 16);
    await expect(model.embed(['word'], 'document', signal)).rejects.toMatchObject(error);
  });
});
