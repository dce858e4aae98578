import { afterEach, describe, expect, test } from '@jest/globals';
import { PrivacyError, type HealthReport, type ModelInfo, type Provider, type ProviderDescriptor } from 'wooster';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { lmstudio } from '../../../../plugins/local-model/providers/presets/lmstudio.ts';
import { localai } from '../../../../plugins/local-model/providers/presets/localai.ts';
import { mlx } from '../../../../plugins/local-model/providers/presets/mlx.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { openAICompatible } from '../../../../plugins/local-model/providers/presets/openai-compatible.ts';
import { vllm } from '../../../../plugins/local-model/providers/presets/vllm.ts';
import { createPermitOffice } from '../../../../src/kernel/http/permit-office.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import type { FakeServerOptions } from '../../../fakes/model-server/protocol.ts';
import { startServer } from '../../../kernel/http/raw-server.ts';
import { makeProvider } from './preset-setup.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function serve(options: FakeServerOptions): Promise<FakeModelServer> {
  const server = await startFakeModelServer(options);
  undo.push(() => server.stop());
  return server;
}

function provide(preset: ProviderDescriptor, entry: Parameters<typeof makeProvider>[1]): Provider {
  const { provider, dispose } = makeProvider(preset, entry);
  undo.push(dispose);
  return provider;
}

function probe(preset: ProviderDescriptor, entry: Parameters<typeof makeProvider>[1]): Promise<HealthReport> {
  return provide(preset, entry).probe(new AbortController().signal);
}

function list(preset: ProviderDescriptor, entry: Parameters<typeof makeProvider>[1]): Promise<readonly ModelInfo[]> {
  return provide(preset, entry).listModels(new AbortController().signal);
}

function refuse(): never {
  throw new PrivacyError('no permit');
}

describe('a probe', () => {
  test.each([
    { preset: ollama, dialect: 'ollama', name: 'Ollama' },
    { preset: llamacpp, dialect: 'llamacpp', name: 'llama.cpp' },
    { preset: lmstudio, dialect: 'lmstudio', name: 'LM Studio' },
    { preset: localai, dialect: 'localai', name: 'LocalAI' },
    { preset: vllm, dialect: 'vllm', name: 'vLLM' },
    { preset: mlx, dialect: 'mlx', name: 'mlx_lm.server' },
  ] as const)(
    'recognises $name by its own kind and as a generic endpoint, and loads nothing',
    async ({ preset, dialect, name }) => {
      const server = await serve({ dialect, models: ['m'] });
      for (const kind of [preset, openAICompatible]) {
        const report = await probe(kind, { baseUrl: server.url, isDeclaredLocal: true });
        expect(report).toMatchObject({ state: 'ready', engine: { name }, latencyMs: expect.any(Number) });
      }
      const paths = (await server.requests()).map(({ method, path }) => `${method} ${path}`);
      expect(paths.filter((path) => path.startsWith('POST'))).toEqual([]);
    },
  );

  test('says how each engine is started when nothing listens', async () => {
    const { url, stop } = await startServer(() => {});
    await stop();
    for (const preset of [ollama, llamacpp, lmstudio, localai, vllm, mlx]) {
      const report = await probe(preset, { baseUrl: url });
      expect(report).toMatchObject({ state: 'down', code: 'E_UNREACHABLE', remedy: expect.stringMatching(/start/) });
      expect(report.detail).toMatch(/nothing listens/);
    }
  });

  test('tells another engine at the address, and the kind to set', async () => {
    const server = await serve({ dialect: 'llamacpp', models: ['m'] });
    expect(await probe(ollama, { baseUrl: server.url })).toMatchObject({
      state: 'misconfigured',
      engine: { name: 'llama.cpp' },
      detail: expect.stringContaining('not Ollama'),
      remedy: expect.stringContaining('"llamacpp"'),
    });
  });

  test('is not fooled by a LocalAI that imitates Ollama', async () => {
    const server = await serve({ dialect: 'localai', models: ['m'] });
    expect(await probe(ollama, { baseUrl: server.url })).toMatchObject({
      state: 'misconfigured',
      engine: { name: 'LocalAI' },
    });
  });

  test('tells a web page, a refused key, a failing server and a hanging one', async () => {
    const page = await startServer((_, reply) =>
      reply.setHeader('content-type', 'text/html').end('<!doctype html><p>hi'),
    );
    undo.push(page.stop);
    expect(await probe(ollama, { baseUrl: page.url })).toMatchObject({
      state: 'misconfigured',
      detail: expect.stringMatching(/web page/),
    });

    const keyed = await serve({ dialect: 'vllm', models: ['m'], key: 'right' });
    expect(await probe(vllm, { baseUrl: keyed.url, key: 'wrong' })).toMatchObject({
      state: 'misconfigured',
      code: 'E_PROVIDER_AUTH',
      remedy: expect.stringContaining('key'),
    });
    expect(await probe(vllm, { baseUrl: keyed.url, key: 'right' })).toMatchObject({ state: 'ready' });

    const failing = await startServer((_, reply) => reply.writeHead(502).end('bad gateway'));
    undo.push(failing.stop);
    expect(await probe(vllm, { baseUrl: failing.url })).toMatchObject({ state: 'down', code: 'E_PROVIDER_SERVER' });
  });

  test('tells a loading server', async () => {
    const server = await serve({ dialect: 'llamacpp', models: ['m'] });
    await server.script([{ fault: { kind: 'loading', requests: 100 } }]);
    expect(await probe(llamacpp, { baseUrl: server.url })).toMatchObject({ state: 'loading', code: 'E_LOADING' });
  });

  test('gives the line that fetches a missing model, and knows a model under its short name', async () => {
    const server = await serve({ dialect: 'ollama', models: ['llama3.2:3b', 'smol:latest'] });
    expect(await probe(ollama, { baseUrl: server.url, model: 'qwen3:8b' })).toMatchObject({
      state: 'misconfigured',
      code: 'E_MODEL_NOT_FOUND',
      remedy: 'fetch it with "ollama pull qwen3:8b"',
    });
    expect(await probe(ollama, { baseUrl: server.url, model: 'smol' })).toMatchObject({ state: 'ready' });
  });

  test('ends at once when it is cancelled', async () => {
    const server = await serve({ dialect: 'ollama', models: ['m'] });
    await server.script([{ fault: { kind: 'hang-before-headers' } }]);
    const controller = new AbortController();
    const pending = provide(ollama, { baseUrl: server.url }).probe(controller.signal);
    setTimeout(() => controller.abort(), 50);
    await expect(pending).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });

  test('does not look at an undeclared endpoint without a permit', async () => {
    const server = await serve({ dialect: 'openai', models: ['m'] });
    const permits = createPermitOffice();
    const refusing = { ...permits, issue: refuse };
    const closed = await probe(openAICompatible, { baseUrl: server.url, needsPermit: true, permits: refusing });
    expect(closed).toMatchObject({ state: 'misconfigured', code: 'E_PRIVACY' });
    expect(await server.requests()).toEqual([]);
    const permission = { origin: 'a setting' };
    expect(
      await probe(openAICompatible, { baseUrl: server.url, needsPermit: true, permits, permission }),
    ).toMatchObject({ state: 'ready' });
  });
});

describe('a list of models', () => {
  test('of Ollama tells windows, abilities, what is loaded, and what runs elsewhere', async () => {
    const server = await serve({
      dialect: 'ollama',
      models: [
        {
          id: 'chat:1b',
          capabilities: ['completion', 'tools'],
          contextLength: 8192,
          isLoaded: true,
          digest: 'abc',
          sizeBytes: 7,
        },
        { id: 'emb', capabilities: ['embedding'] },
        { id: 'big:cloud', capabilities: ['completion'], remoteHost: 'https://ollama.com:443' },
      ],
    });
    const models = await list(ollama, { baseUrl: server.url });
    const byId = new Map(models.map((model) => [model.modelId.replace(/:latest$/, ''), model]));
    expect(byId.get('chat:1b')).toMatchObject({
      capabilities: { chat: { value: true, origin: 'server' }, tools: { value: true }, embed: { value: false } },
      locality: { value: 'local' },
      contextTokens: { value: expect.any(Number), origin: 'server' },
      isLoaded: { value: true },
    });
    expect(byId.get('emb')?.capabilities).toMatchObject({
      chat: { value: false },
      embed: { value: true },
      json: { value: false },
    });
    expect(byId.get('big:cloud')?.locality).toEqual({ value: 'cloud', origin: 'server' });
  });

  test('of an old Ollama is completed model by model', async () => {
    const server = await serve({
      dialect: 'ollama',
      version: '0.24.0',
      models: [{ id: 'm', capabilities: ['completion', 'tools'], contextLength: 4096 }],
    });
    const [model] = await list(ollama, { baseUrl: server.url });
    expect(model).toMatchObject({
      capabilities: { tools: { value: true } },
      contextTokens: { value: expect.any(Number) },
    });
  });

  test('of LM Studio, llama.cpp and vLLM tells the window', async () => {
    for (const [preset, dialect] of [
      [lmstudio, 'lmstudio'],
      [llamacpp, 'llamacpp'],
      [vllm, 'vllm'],
    ] as const) {
      const server = await serve({ dialect, models: [{ id: 'm', contextLength: 2048 }] });
      const [model] = await list(preset, { baseUrl: server.url });
      expect(model).toMatchObject({
        modelId: 'm',
        ref: `${preset.id}:m`,
        contextTokens: { value: 2048, origin: 'server' },
      });
    }
  });

  test('of an undeclared endpoint is cloud', async () => {
    const server = await serve({ dialect: 'openai', models: ['m'] });
    expect((await list(openAICompatible, { baseUrl: server.url }))[0]!.locality.value).toBe('cloud');
    expect((await list(openAICompatible, { baseUrl: server.url, isDeclaredLocal: true }))[0]!.locality.value).toBe(
      'local',
    );
  });
});
