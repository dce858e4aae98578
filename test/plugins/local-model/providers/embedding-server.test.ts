import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { HealthReport, Provider } from 'wooster';
import { embeddingServer } from '../../../../plugins/local-model/providers/presets/embedding-server.ts';
import { openAICompatible } from '../../../../plugins/local-model/providers/presets/openai-compatible.ts';
import { startServer } from '../../../kernel/http/raw-server.ts';
import { makeProvider } from './preset-setup.ts';

/** Answers of the server 1.0.0 with onnxruntime 1.31.1 of 2026-11-21, which a test of test/real compares with the server. */
const HEALTH = {
  status: 'ok',
  server: 'wooster-embedding-server',
  version: '1.0.0',
  backend: 'onnxruntime 1.31.1',
  loaded: [],
  queue: { active: 0, limit: 32 },
  limits: { inputs: 256, request_tokens: 65_536 },
};
const META = {
  name: 'sentence-transformers/all-MiniLM-L6-v2',
  dimensions: 384,
  max_tokens: 256,
  pooling: 'mean',
  normalized: true,
  query_prefix: '',
  document_prefix: '',
  shorter_dimensions: [],
  quantization: 'int8',
  sha256: '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
  size: 22_928_619,
};
const MINILM = { id: 'all-minilm-l6-v2', object: 'model', created: 1_795_283_137, owned_by: 'wooster', meta: META };

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function serve(models: readonly object[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const answers: Record<string, unknown> = {
    '/health': HEALTH,
    '/v1/models': { object: 'list', data: models, unusable: [] },
  };
  const { url, stop } = await startServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: { message: 'Not Found', code: 'unknown_path' } }));
  });
  undo.push(stop);
  return { url, asked };
}

function provide(entry: Parameters<typeof makeProvider>[1], preset = embeddingServer): Provider {
  const { provider, dispose } = makeProvider(preset, entry);
  undo.push(dispose);
  return provider;
}

function probe(entry: Parameters<typeof makeProvider>[1], preset = embeddingServer): Promise<HealthReport> {
  return provide(entry, preset).probe(new AbortController().signal);
}

describe('the embedding server', () => {
  test('is recognised by its own kind and as a generic endpoint, and computes nothing for it', async () => {
    const { url, asked } = await serve([MINILM]);
    for (const preset of [embeddingServer, openAICompatible]) {
      const report = await probe({ baseUrl: url, isDeclaredLocal: true }, preset);
      expect(report).toMatchObject({
        state: 'ready',
        engine: { name: 'wooster-embedding-server', version: '1.0.0' },
        detail: 'wooster-embedding-server 1.0.0, 1 model',
      });
    }
    expect(asked.filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  test('tells all that makes the space of a model, so that another server of the same weights serves the same space', async () => {
    const { url } = await serve([MINILM]);
    const models = await provide({ baseUrl: url }).listModels(new AbortController().signal);
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({
      ref: 'embedding-server:all-minilm-l6-v2',
      locality: { value: 'local' },
      contextTokens: { value: 256, origin: 'server' },
      quantization: { value: 'int8', origin: 'server' },
      embedder: {
        origin: 'server',
        value: {
          name: 'sentence-transformers/all-MiniLM-L6-v2',
          digest: 'sha256:8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
          dimensions: 384,
          maxTokens: 256,
          pooling: 'mean',
          isNormalized: true,
          queryPrefix: '',
          documentPrefix: '',
          quantization: 'int8',
          shorterDimensions: [],
        },
      },
    });
  });

  test('embeds and has no chat', async () => {
    const { url } = await serve([MINILM]);
    const [model] = await provide({ baseUrl: url }).listModels(new AbortController().signal);
    expect(model!.capabilities).toMatchObject({
      embed: { value: true },
      chat: { value: false },
      tools: { value: false },
    });
  });

  test('is taken for unknown of what a model without a description needs', async () => {
    const { url } = await serve([{ id: 'bare', object: 'model', owned_by: 'wooster' }]);
    const [model] = await provide({ baseUrl: url }).listModels(new AbortController().signal);
    expect(model).toMatchObject({ modelId: 'bare', capabilities: { embed: { value: true } } });
    expect(model!.embedder?.value.digest).toBeUndefined();
  });

  test('has a model under the name of its publisher too', async () => {
    const { url } = await serve([MINILM]);
    for (const model of ['all-minilm-l6-v2', 'sentence-transformers/all-MiniLM-L6-v2']) {
      expect(await probe({ baseUrl: url, model })).toMatchObject({ state: 'ready' });
    }
  });

  test('says where a missing model belongs, and when its folder is empty', async () => {
    const missing = { state: 'misconfigured', code: 'E_MODEL_NOT_FOUND' };
    const some = await serve([MINILM]);
    const report = await probe({ baseUrl: some.url, model: 'BAAI/bge-small-en-v1.5' });
    expect(report).toMatchObject(missing);
    expect(report.remedy).toMatch(/put BAAI\/bge-small-en-v1\.5 into its models folder \(LOCAL_EMBEDDING_MODELS_DIR\)/);
    const none = await serve([]);
    expect(await probe({ baseUrl: none.url })).toMatchObject({
      ...missing,
      detail: expect.stringMatching(/no models$/),
    });
  });

  test('says how it is started when nothing listens', async () => {
    const { url, stop } = await startServer(() => {});
    await stop();
    const report = await probe({ baseUrl: url });
    expect(report).toMatchObject({ state: 'down', code: 'E_UNREACHABLE' });
    expect(report.remedy).toMatch(/pnpm embedding-server/);
  });
});
