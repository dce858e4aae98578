import { describe, expect, test } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { estimateMemory, type MemoryInputs } from '../../../plugins/local-model/memory/estimate-memory.ts';
import { verdictFor } from '../../../plugins/local-model/memory/verdict.ts';
import { localProviders } from '../../../plugins/local-model/providers/local-providers.ts';
import type { EmbeddedRuntime } from '../../../plugins/local-model/runtime/embedded-runtime.ts';
import type { LoadedConfiguration } from '../../../src/kernel/config/load.ts';
import { load, messages, provider } from './load-text.ts';

const CONFIG = join(import.meta.dirname, '..', '..', '..', 'config');
const EXAMPLES = join(CONFIG, 'examples');

/** Files beside the examples that are no settings of Wooster. */
const OTHERS = ['README.md', 'docker-compose.yml'];

/** What each example must configure, by its path: the providers besides the embedded one. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  'llm_providers.yaml': { ollama: { kind: 'ollama', baseUrl: 'http://localhost:11434', priority: 1 }, openai: {} },
  'local.yaml': {
    ollama: { kind: 'ollama', baseUrl: 'http://localhost:11434', priority: 1 },
    lmstudio: { kind: 'lmstudio', baseUrl: 'http://localhost:1234', priority: 2 },
    workstation: { kind: 'openai-compatible', isDeclaredLocal: true, isEnabled: false },
  },
  'servers/ollama.yaml': {
    ollama: {
      kind: 'ollama',
      baseUrl: 'http://127.0.0.1:11434',
      model: 'llama3.2:3b',
      options: { contextTokens: 8192, keepAlive: '30m' },
    },
  },
  'servers/lmstudio.yaml': {
    lmstudio: { kind: 'lmstudio', baseUrl: 'http://127.0.0.1:1234', limits: { loadMs: 180_000 } },
  },
  'servers/llamacpp.yaml': { llamacpp: { kind: 'llamacpp', baseUrl: 'http://127.0.0.1:8080', slots: 2, queue: 16 } },
  'servers/llamacpp-router.yaml': { router: { kind: 'llamacpp', baseUrl: 'http://127.0.0.1:8080' } },
  'servers/mlx.yaml': {
    mlx: { kind: 'mlx', baseUrl: 'http://127.0.0.1:8080', model: 'mlx-community/Qwen2.5-7B-Instruct-4bit' },
  },
  'servers/localai.yaml': { localai: { kind: 'localai', baseUrl: 'http://127.0.0.1:8080' } },
  'servers/vllm.yaml': {
    vllm: { kind: 'vllm', baseUrl: 'http://127.0.0.1:8000', disabledReason: expect.stringMatching(/^VLLM_API_KEY/) },
  },
  'servers/embedding-server.yaml': {
    'embedding-server': { kind: 'embedding-server', baseUrl: 'http://127.0.0.1:8001', start: expect.anything() },
  },
  'servers/tei.yaml': { tei: { kind: 'tei', baseUrl: 'http://127.0.0.1:3000' } },
  'servers/openai-compatible.yaml': {
    workbench: { kind: 'openai-compatible', baseUrl: 'http://127.0.0.1:5000/v1', isDeclaredLocal: true },
  },
  'machines/8-gb.yaml': { ollama: { kind: 'ollama', model: 'llama3.2:3b' } },
  'machines/16-gb.yaml': { ollama: { kind: 'ollama', model: 'qwen2.5:7b' } },
  'machines/32-gb.yaml': { ollama: { kind: 'ollama', model: 'qwen2.5:14b' } },
  'lan.yaml': {
    farm: {
      kind: 'ollama',
      isDeclaredLocal: true,
      balance: 'round-robin',
      queue: 32,
      targets: [
        { baseUrl: 'http://192.168.1.20:11434', weight: 3, slots: 4 },
        { baseUrl: 'http://192.168.1.21:11434', weight: 1, slots: 1 },
      ],
    },
    ollama: { kind: 'ollama', baseUrl: 'http://127.0.0.1:11434' },
  },
  'auto-start.yaml': {
    ollama: { kind: 'ollama', start: { environment: {}, origin: expect.stringContaining('ollama.autoStart') } },
    llamacpp: {
      kind: 'llamacpp',
      baseUrl: 'http://127.0.0.1:8085',
      start: expect.objectContaining({
        command: expect.arrayContaining(['llama-server', '--port', '8085']),
        environment: { LLAMA_ARG_CTX_SIZE: '8192' },
        readyMs: 120_000,
        maxMemoryMiB: 8192,
      }),
    },
  },
  'containers.yaml': {
    ollama: { kind: 'ollama', baseUrl: 'http://127.0.0.1:11434' },
    localai: { kind: 'localai', baseUrl: 'http://127.0.0.1:8080' },
    tei: { kind: 'tei', baseUrl: 'http://127.0.0.1:3000' },
  },
};

const PATHS = Object.keys(EXPECTED);

const descriptors = new Map(localProviders({} as unknown as EmbeddedRuntime).map((each) => [each.id, each]));

/** Loads an example under the name of the file that it is copied to. */
async function loadExample(path: string): Promise<LoadedConfiguration> {
  const name = basename(path) === 'llm_providers.yaml' ? 'llm_providers.yaml' : 'local.yaml';
  return load({ files: { [`config/${name}`]: await readFile(join(EXAMPLES, path), 'utf8') } });
}

describe('the shipped examples', () => {
  test('are those that are checked here, and no others', async () => {
    const names = await readdir(EXAMPLES, { recursive: true });
    expect(names.filter((name) => /\.\w+$/.test(name)).sort()).toEqual([...PATHS, ...OTHERS].sort());
  });

  test.each(PATHS)('%s loads without a fault and configures what it says', async (path) => {
    const loaded = await loadExample(path);
    expect(messages(loaded)).toEqual([]);
    const ids = loaded.settings.providers.map(({ id }) => id).filter((id) => id !== 'embedded');
    const expected = EXPECTED[path] ?? {};
    expect(ids.sort()).toEqual(Object.keys(expected).sort());
    for (const [id, fields] of Object.entries(expected)) expect(provider(loaded, id)).toMatchObject(fields);
  });

  test.each(PATHS)('%s gives each kind only options that it knows', async (path) => {
    const { settings } = await loadExample(path);
    for (const { id, kind, options } of settings.providers.filter(({ id: name }) => name !== 'openai')) {
      const outcome = descriptors.get(kind)?.settings.safeParse(options);
      expect([id, outcome?.error?.issues]).toEqual([id, undefined]);
      expect(outcome?.success).toBe(true);
    }
  });

  test.each(PATHS)('%s permits no cloud', async (path) => {
    const { settings } = await loadExample(path);
    expect(settings.routing.cloudPermission).toBeUndefined();
    expect(settings.providers.filter(({ permission }) => permission !== undefined)).toEqual([]);
  });

  test('preloads only models of providers that it configures', async () => {
    for (const path of PATHS) {
      const { settings } = await loadExample(path);
      const known = settings.providers.map(({ id, model }) => `${id}:${model}`);
      expect(settings.lifecycle.preload.filter((ref) => !known.includes(ref))).toEqual([]);
    }
  });

  test('the key of vLLM comes from the environment, and turns the provider on', async () => {
    const text = await readFile(join(EXAMPLES, 'servers/vllm.yaml'), 'utf8');
    const loaded = await load({ files: { 'config/local.yaml': text }, environment: { VLLM_API_KEY: 'secret-value' } });
    expect(provider(loaded, 'vllm')).toMatchObject({ isEnabled: true, apiKey: expect.anything() });
  });

  test('the shipped defaults permit nothing and refuse nothing', async () => {
    const text = await readFile(join(CONFIG, 'default.json'), 'utf8');
    const { faults, settings } = await load({ files: { 'package/config/default.json': text } });
    expect(faults).toEqual([]);
    expect(settings.routing).toMatchObject({ strategy: 'local-first', privacy: 'any' });
    expect([settings.routing.cloudPermission, settings.routing.cloudRefusal]).toEqual([undefined, undefined]);
    expect(settings.providers.map(({ id }) => id)).toEqual(['embedded']);
  });
});

/** Sizes of Ollama's library and shapes of the publishers' `config.json`: of Q4_K_M in decimal gigabytes. */
const MODELS: Readonly<Record<string, Omit<MemoryInputs, 'contextTokens'>>> = {
  'llama3.2:3b': {
    weightsBytes: 2.0e9,
    shape: { layers: 28, kvHeads: 8, keyLength: 128, valueLength: 128, embeddingLength: 3072, vocabularySize: 128_256 },
  },
  'qwen2.5:7b': {
    weightsBytes: 4.7e9,
    shape: { layers: 28, kvHeads: 4, keyLength: 128, valueLength: 128, embeddingLength: 3584, vocabularySize: 152_064 },
  },
  'qwen2.5:14b': {
    weightsBytes: 9.0e9,
    shape: { layers: 48, kvHeads: 8, keyLength: 128, valueLength: 128, embeddingLength: 5120, vocabularySize: 152_064 },
  },
};

function machineOf(gigabytes: number): Parameters<typeof verdictFor>[1] {
  const totalMiB = gigabytes * 1024;
  return { totalMiB, freeMiB: totalMiB, usableMiB: totalMiB, isUnified: false, graphics: [] };
}

describe.each([8, 16, 32])('the model for a machine with %i GB', (gigabytes) => {
  async function inputs(): Promise<MemoryInputs> {
    const { settings } = await loadExample(`machines/${gigabytes}-gb.yaml`);
    const entry = settings.providers.find(({ id }) => id === 'ollama')!;
    return { ...MODELS[entry.model!]!, contextTokens: Number(entry.options['contextTokens']) };
  }

  test('takes no more than half of it, so that it fits beside everything else', async () => {
    const fit = verdictFor(await inputs(), machineOf(gigabytes / 2));
    expect(fit?.verdict).toBe('fits');
  });

  test('takes as much as its comment says', async () => {
    const text = await readFile(join(EXAMPLES, `machines/${gigabytes}-gb.yaml`), 'utf8');
    const said = /takes about (?<gib>[\d.]+) GiB/.exec(text)?.groups?.['gib'];
    const gib = estimateMemory(await inputs())!.totalMiB / 1024;
    expect(Math.abs(gib - Number(said))).toBeLessThan(0.2);
  });
});
