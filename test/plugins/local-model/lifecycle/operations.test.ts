import { describe, expect, test } from '@jest/globals';
import type { HostSettings, ModelLifecycle, Progress, ProgressUpdate, ProviderInstance } from 'wooster';
import { CHAT_WEIGHTS } from '../../../../plugins/local-model/catalogue/chat-weights.ts';
import { EMBEDDED_WEIGHTS } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import { loadModel, pullModel, unloadModel } from '../../../../plugins/local-model/lifecycle/operations.ts';
import {
  renderLoaded,
  renderPulled,
  renderUnloaded,
} from '../../../../plugins/local-model/lifecycle/render-managed.ts';
import type { ManagePorts } from '../../../../plugins/local-model/lifecycle/resolve-model.ts';
import { mlx } from '../../../../plugins/local-model/providers/presets/mlx.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { downloadModel } from '../../../../plugins/local-model/tools/download-model.ts';
import { LOCAL_PRINCIPAL } from '../../../../src/index.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { createRouterDouble, type DoubleModel } from '../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../doubles/scripted-chat-model.ts';

const signal = new AbortController().signal;

interface FakeProvider {
  readonly id: string;
  readonly kind?: string;
  readonly descriptor?: object;
  readonly address?: string;
  readonly lifecycle?: ModelLifecycle;
  readonly isForbidden?: boolean;
}

function instanceOf(provider: FakeProvider): ProviderInstance {
  const { id, kind = id, descriptor = { title: 'Some server' }, lifecycle, isForbidden = false } = provider;
  return {
    entry: { id, kind },
    descriptor,
    provider: { id, address: provider.address, lifecycle },
    locality: 'local',
    serverId: id,
    mayContact: !isForbidden,
  } as unknown as ProviderInstance;
}

function setUp(
  providers: readonly FakeProvider[],
  options: { refusal?: string; models?: readonly DoubleModel[] } = {},
) {
  const router = {
    ...createRouterDouble(new ScriptedChatModel([]), options.models ?? []),
    providers: () => providers.map(instanceOf),
  };
  let at = 0;
  const ports: ManagePorts = {
    router: () => router,
    extensions: createExtensionsDouble([[EMBEDDED_WEIGHTS, CHAT_WEIGHTS]]),
    settings: {
      embedded: { downloadRefusal: options.refusal },
      lifecycle: { preload: [], quantization: 'q4_k_m' },
    } as unknown as HostSettings,
    clock: { now: () => 0, monotonic: () => (at += 1_500) },
  };
  const updates: ProgressUpdate[] = [];
  const state = { isFinished: false };
  const progress: Progress = {
    update: (update) => void updates.push(update),
    note: () => {},
    finish: () => void (state.isFinished = true),
  };
  return { ports, updates, state, context: { signal, progress } };
}

/** A server that keeps what it was asked. */
function recording(asked: string[]): Required<ModelLifecycle> {
  const inMemory = new Set<string>();
  return {
    pull: async (modelId, pull) => {
      asked.push(`pull ${modelId} ${pull.quantization}`);
      pull.onProgress({ label: 'pulling manifest', done: 0 });
      pull.onProgress({ label: `pulling ${modelId}`, done: 1_000_000_000, total: 2_020_000_000 });
    },
    load: async (modelId) => {
      asked.push(`load ${modelId}`);
      inMemory.add(`${modelId}:latest`);
    },
    unload: async (modelId) => {
      asked.push(`unload ${modelId}`);
      inMemory.delete(`${modelId}:latest`);
    },
    loaded: async () =>
      [...inMemory].map((modelId) => ({ modelId, sizeBytes: 2.5e9, vramBytes: 1e9, contextTokens: 4096 })),
  };
}

describe('operations on models', () => {
  test('fetch by the provider that is named, with progress in bytes', async () => {
    const asked: string[] = [];
    const { ports, updates, state, context } = setUp([
      { id: 'ollama', address: '127.0.0.1:11434', descriptor: ollama, lifecycle: recording(asked) },
    ]);
    const pulled = await pullModel(ports, 'ollama:llama3.2:3b', context);
    expect(asked).toEqual(['pull llama3.2:3b q4_k_m']);
    expect(updates).toEqual([
      { label: 'pulling manifest' },
      { label: 'pulling llama3.2:3b', done: 1_000_000_000, total: 2_020_000_000, unit: 'bytes' },
    ]);
    expect(state.isFinished).toBe(true);
    expect(renderPulled(pulled)).toBe('ollama:llama3.2:3b is at 127.0.0.1:11434: 2.02 GB in 1.5 s');
  });

  test('fetch to every endpoint of a provider, each with its line', async () => {
    const asked: string[] = [];
    const { ports, context } = setUp(
      ['127.0.0.1:1', '127.0.0.1:2'].map((address) => ({ id: 'ollama', address, lifecycle: recording(asked) })),
    );
    const pulled = await pullModel(ports, 'ollama:m', { ...context, quantization: 'q8_0' });
    expect(asked).toEqual(['pull m q8_0', 'pull m q8_0']);
    expect(renderPulled(pulled).split('\n')).toEqual([
      'ollama:m is at 127.0.0.1:1: 2.02 GB in 1.5 s',
      'ollama:m is at 127.0.0.1:2: 2.02 GB in 1.5 s',
    ]);
  });

  test('load and unload tell what memory a model takes, and when there was nothing to do', async () => {
    const lifecycle = recording([]);
    const { ports, context } = setUp([{ id: 'ollama', address: '127.0.0.1:1', lifecycle }]);
    expect(renderLoaded(await loadModel(ports, 'ollama:m', context))).toBe(
      'ollama:m is loaded at 127.0.0.1:1 in 1.5 s; it takes 2.50 GB (1.00 GB of it on a graphics card), context 4,096 tokens',
    );
    expect(renderLoaded(await loadModel(ports, 'ollama:m', context))).toMatch(/^ollama:m was loaded already at/);
    expect(renderUnloaded(await unloadModel(ports, 'ollama:m', context))).toBe(
      'ollama:m is unloaded at 127.0.0.1:1; 2.50 GB are free again',
    );
    expect(renderUnloaded(await unloadModel(ports, 'ollama:m', context))).toBe(
      'ollama:m was not loaded at 127.0.0.1:1',
    );
  });
});

describe('a name without its provider', () => {
  const lifecycle = recording([]);
  const mlxServer = { id: 'mlx', descriptor: mlx, lifecycle: { pull: lifecycle.pull } };
  const ollamaServer = { id: 'ollama', descriptor: ollama, lifecycle };
  const embedded = { id: 'embedded', lifecycle };

  test('is of the only local provider that can fetch it', async () => {
    const { ports, context } = setUp([mlxServer, ollamaServer, embedded, { id: 'vllm' }]);
    expect((await pullModel(ports, 'llama3.2:3b', context)).ref).toBe('ollama:llama3.2:3b');
  });

  test('is of the models inside Wooster when the catalogue has it, and there is no other', async () => {
    const { ports, context } = setUp([embedded]);
    expect((await pullModel(ports, CHAT_WEIGHTS[0]!.id, context)).ref).toBe(`embedded:${CHAT_WEIGHTS[0]!.id}`);
  });

  test('that several could mean is an error with the choices', async () => {
    const { ports, context } = setUp([mlxServer, ollamaServer]);
    await expect(pullModel(ports, 'owner/name', context)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: 'which provider shall fetch owner/name? write mlx:owner/name or ollama:owner/name',
    });
  });

  test('that nobody could mean is an error that says so', async () => {
    const { ports, context } = setUp([{ id: 'vllm' }]);
    await expect(loadModel(ports, 'm', context)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringMatching(/^no local provider can load models; start a server/),
    });
  });

  test('is loaded where it is listed', async () => {
    const models = [{ providerId: 'ollama', modelId: 'm:latest' }];
    const { ports, context } = setUp([ollamaServer, { ...ollamaServer, id: 'second' }], { models });
    expect((await loadModel(ports, 'm', context)).ref).toBe('ollama:m');
  });
});

describe('what cannot be done', () => {
  test('is told of a provider that cannot, and of one that may not be contacted', async () => {
    const { ports, context } = setUp([{ id: 'vllm' }, { id: 'far', lifecycle: recording([]), isForbidden: true }]);
    await expect(pullModel(ports, 'vllm:m', context)).rejects.toMatchObject({
      code: 'E_CAPABILITY',
      message: 'vllm: Some server cannot fetch models over its routes; do it where it was started',
    });
    await expect(loadModel(ports, 'far:m', context)).rejects.toMatchObject({ code: 'E_PRIVACY' });
  });

  test('fetches nothing under local-only, and finishes the progress of what fails', async () => {
    const asked: string[] = [];
    const refused = setUp([{ id: 'ollama', lifecycle: recording(asked) }], {
      refusal: 'config/local.json: routing.localOnly',
    });
    await expect(pullModel(refused.ports, 'ollama:m', refused.context)).rejects.toMatchObject({
      code: 'E_PRIVACY',
      message: expect.stringContaining('config/local.json: routing.localOnly forbids downloads'),
    });
    expect(asked).toEqual([]);
    const failing = setUp([{ id: 'ollama', lifecycle: { pull: () => Promise.reject(new Error('broken')) } }]);
    await expect(pullModel(failing.ports, 'ollama:m', failing.context)).rejects.toThrow('broken');
    expect(failing.state.isFinished).toBe(true);
  });
});

test('the tool download_model fetches and tells what it fetched; it needs leave each time', async () => {
  const asked: string[] = [];
  const { ports } = setUp([{ id: 'ollama', address: '127.0.0.1:1', lifecycle: recording(asked) }]);
  const tool = downloadModel(ports);
  const result = await tool.run({ model: 'ollama:m', quantization: 'q8_0' }, { signal, principal: LOCAL_PRINCIPAL });
  expect(result.text).toBe('ollama:m is at 127.0.0.1:1: 2.02 GB in 1.5 s');
  expect(asked).toEqual(['pull m q8_0']);
  expect(tool.risk).toBe('network');
});
