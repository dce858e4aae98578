import { describe, expect, test } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ENVIRONMENT_NAMES, pluginOfToggle } from '../../../src/kernel/config/environment/environment-names.ts';
import { load, messages, provider } from './load-text.ts';

const DEFAULT_EMBEDDER = 'sentence-transformers/all-MiniLM-L6-v2';
const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'config');
const fixture = (name: string): Promise<string> => readFile(join(FOLDER, name), 'utf8');
const loadLocal = async (name: string) => load({ files: { 'config/local.json': await fixture(name) } });

const read = async (local: unknown) =>
  (await load({ files: { 'config/local.json': { routing: { providers: { local } } } } })).settings;

describe('configuration that users already have', () => {
  test('every JSON file loads unchanged and without a fault', async () => {
    const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
    expect(names.length).toBeGreaterThanOrEqual(6);
    for (const name of names) expect({ name, faults: messages(await loadLocal(name)) }).toEqual({ name, faults: [] });
  });

  test('serverUrl with models.chat is the provider `local`', async () => {
    const loaded = await loadLocal('server-url-shape.json');
    expect(provider(loaded, 'local')).toEqual({
      id: 'local',
      kind: 'openai-compatible',
      isEnabled: true,
      baseUrl: 'http://localhost:8000',
      model: 'mlx-community/Qwen2.5-7B-Instruct-4bit',
      priority: 10,
      isDeclaredLocal: true,
      options: {},
      origin: 'config/local.json: routing.providers.local',
    });
    expect(loaded.settings.embeddings.projects).toMatchObject({
      isEnabled: true,
      model: 'BAAI/bge-large-en-v1.5',
      dimensions: 1024,
      baseUrl: 'http://localhost:8001',
      fallbackToCloud: true,
    });
    expect(loaded.settings.routing).toMatchObject({ privacy: 'any', healthCheckIntervalMs: 30_000 });
    expect(loaded.unavailable).toEqual([]);
  });

  test('chat.baseURL with chat.model means the same as serverUrl with models.chat', async () => {
    const address = 'http://localhost:8080';
    const one = await read({
      serverUrl: address,
      models: { chat: 'm', embedding: 'e' },
      embeddings: { enabled: true, projects: { enabled: true } },
    });
    const other = await read({
      chat: { baseURL: address, model: 'm' },
      embeddings: { enabled: true, projects: { enabled: true, model: 'e' } },
    });
    expect(one.providers).toEqual(other.providers);
    expect(one.embeddings.projects).toEqual(other.embeddings.projects);
    expect(one.routing).toEqual(other.routing);
  });

  test('the base URL shape gives both purposes a model and no address of their own', async () => {
    const { settings } = await loadLocal('base-url-shape.json');
    const purpose = {
      isEnabled: true,
      model: 'sentence-transformers/all-mpnet-base-v2',
      dimensions: 768,
      fallbackToCloud: false,
    };
    expect(settings.embeddings).toEqual({ projects: purpose, userProfile: purpose });
    expect(settings.providers.map(({ id }) => id)).toEqual(['local', 'embedded']);
  });

  test('a default provider `local` means local-only, for chat too', async () => {
    const loaded = await loadLocal('privacy-first.json');
    const origin = 'config/local.json: routing.defaultProvider';
    expect(loaded.settings.routing).toMatchObject({
      privacy: 'local-only',
      privacyOrigin: origin,
      cloudRefusal: { origin },
    });
    expect(loaded.settings.routing.preferredProvider).toBeUndefined();
  });

  test('an address on the port of Ollama keeps the OpenAI wire, path and all', async () => {
    expect(provider(await loadLocal('ollama.json'), 'local')).toMatchObject({
      kind: 'openai-compatible',
      baseUrl: 'http://localhost:11434/v1',
      model: 'llama3.2:3b',
    });
  });

  test('embeddings alone make no chat provider, and serve the purpose that is not named with the default model', async () => {
    const loaded = await loadLocal('embeddings-base-url.json');
    expect(provider(loaded, 'local')).toBeUndefined();
    expect(loaded.settings.embeddings.projects).toMatchObject({ isEnabled: true, baseUrl: 'http://localhost:8081/v1' });
    expect(loaded.settings.embeddings.userProfile).toMatchObject({ isEnabled: true, model: DEFAULT_EMBEDDER });
    expect(provider(loaded, 'embeddings')).toEqual({
      id: 'embeddings',
      kind: 'openai-compatible',
      isEnabled: true,
      baseUrl: 'http://localhost:8081/v1',
      priority: 5,
      isDeclaredLocal: true,
      tasks: ['embed'],
      options: {},
      origin: 'config/local.json: routing.providers.local.embeddings.baseURL',
    });
  });

  test('a profile alone leaves projects with the default, and its permission names itself only', async () => {
    const { embeddings, routing } = (await loadLocal('user-profile-only.json')).settings;
    expect(embeddings.projects).toMatchObject({ isEnabled: true, model: DEFAULT_EMBEDDER, fallbackToCloud: false });
    expect(embeddings.projects).not.toHaveProperty('dimensions', expect.anything());
    expect(embeddings.userProfile).toMatchObject({ isEnabled: true, fallbackToCloud: true, dimensions: 384 });
    expect(embeddings.userProfile.permission?.origin).toBe(
      'config/local.json: routing.providers.local.embeddings.userProfile.fallbackToCloud',
    );
    expect(routing.cloudPermission).toBeUndefined();
  });
});

describe('the provider file', () => {
  const keys = {
    OLLAMA_HOST: '0.0.0.0',
    LOCALAI_BASE_URL: 'http://localhost:8080/v1',
    OPENAI_API_KEY: 'sk-0123456789abcdef',
  };

  test('reads priorities, seconds and variables', async () => {
    const files = { 'config/llm_providers.yaml': await fixture('llm_providers.yaml') };
    const loaded = await load({ files, environment: keys });
    expect(messages(loaded)).toEqual([]);
    expect(loaded.settings.providers.map(({ id }) => id)).toEqual([
      'ollama',
      'localai',
      'claude',
      'openai',
      'embedded',
    ]);
    expect(provider(loaded, 'ollama')).toMatchObject({
      kind: 'ollama',
      isEnabled: true,
      baseUrl: 'http://127.0.0.1:11434',
      timeoutMs: 60_000,
      priority: 1,
    });
    expect(provider(loaded, 'ollama')).not.toHaveProperty('permission');
    expect(provider(loaded, 'localai')).toMatchObject({ kind: 'localai', baseUrl: 'http://localhost:8080/v1' });
    expect(provider(loaded, 'claude')).toMatchObject({
      isEnabled: false,
      disabledReason: 'ANTHROPIC_API_KEY is not set (config/llm_providers.yaml: providers.claude.api_key)',
    });
    expect(provider(loaded, 'openai')).toMatchObject({ isEnabled: true, model: 'gpt-4-turbo', timeoutMs: 120_000 });
    expect(loaded.settings.providers.find(({ id }) => id === 'openai')?.permission).toEqual({
      origin: 'config/llm_providers.yaml: providers.openai.enabled',
    });
    expect(loaded.settings.routing.failover).toEqual({
      isEnabled: true,
      maxRetries: 2,
      failureThreshold: 5,
      recoveryMs: 300_000,
      interruptedText: 'stop',
    });
  });

  test('an unset variable disables its provider with the reason, unless another layer gives the value', async () => {
    const files = { 'config/llm_providers.yaml': await fixture('llm_providers.yaml') };
    const bare = await load({ files });
    expect(provider(bare, 'ollama')).toMatchObject({
      isEnabled: false,
      disabledReason: 'OLLAMA_HOST is not set (config/llm_providers.yaml: providers.ollama.host)',
    });
    const given = await load({ files, environment: { OLLAMA_ENDPOINT: 'box:11434', OLLAMA_HOST: '' } });
    expect(provider(given, 'ollama')).toMatchObject({ isEnabled: true, baseUrl: 'http://box:11434' });
  });

  test('a variable may have a default', async () => {
    const loaded = await load({
      files: { 'config/llm_providers.yaml': 'providers:\n  vllm: { base_url: "${VLLM:-http://gpu:8000}/v1" }\n' },
    });
    expect(provider(loaded, 'vllm')).toMatchObject({ kind: 'vllm', isEnabled: true, baseUrl: 'http://gpu:8000/v1' });
  });
});

describe('the environment that users already have', () => {
  test('every name is understood without a fault, and each is shown', async () => {
    const environment = parseEnv(await fixture('environment.txt'));
    const loaded = await load({ environment });
    expect(messages(loaded)).toEqual([]);
    const known = new Set(ENVIRONMENT_NAMES.map(({ name }) => name));
    expect(Object.keys(environment).filter((name) => !known.has(name) && pluginOfToggle(name) === undefined)).toEqual(
      [],
    );
    const shown = JSON.stringify(loaded.entries);
    const set = Object.entries(environment).filter(([, value]) => value !== '');
    for (const [name] of set) expect(shown).toContain(`environment: ${name}`);
  });

  test('each name does what it says, alone', async () => {
    const { settings, unavailable } = await load({ environment: parseEnv(await fixture('environment.txt')) });
    expect(settings.providers.map(({ id, baseUrl, model }) => [id, baseUrl, model])).toEqual([
      ['embeddings', 'http://127.0.0.1:8001', DEFAULT_EMBEDDER],
      ['local', 'http://localhost:8000', 'mlx-community/Mistral-7B-Instruct-v0.3-4bit'],
      ['ollama', 'http://localhost:11434', 'llama3.2'],
      ['localai', 'http://localhost:8080/v1', undefined],
      ['embedded', undefined, 'Xenova/TinyLlama-1.1B-Chat-v1.0'],
      ['openai', undefined, undefined],
      ['claude', undefined, undefined],
    ]);
    const reasons = settings.providers.slice(-2).map(({ isEnabled, disabledReason }) => [isEnabled, disabledReason]);
    expect(reasons).toEqual([
      [false, 'OPENAI_API_KEY is not set'],
      [false, 'named by environment: LLM_FALLBACK_ORDER, but not configured (providers.claude)'],
    ]);
    expect(settings.generation).toEqual({ temperature: 0.7, maxTokens: 2048, isStreaming: true });
    expect(settings.routing).toMatchObject({
      strategy: 'local-first',
      fallbackOrder: ['ollama', 'claude', 'openai'],
      preferredProvider: { id: 'ollama', isPinned: false, origin: 'environment: LLM_DEFAULT_PROVIDER' },
    });
    expect(settings.embedded.modelsDirectory).toBe('/nowhere/workspace/.cache/models');
    expect(settings.embeddings.projects.baseUrl).toBe('http://127.0.0.1:8001');
    expect(settings.embeddings.modelsDirectory).toBe('/nowhere/workspace/models');
    expect(unavailable.map(({ path }) => path)).not.toContain('embeddings.port');
    expect(settings.plugins.toggles['local-model']).toEqual({
      isEnabled: true,
      origin: 'environment: PLUGIN_LOCALMLX_ENABLED',
    });
    expect(settings.embedded.model).toBe('Xenova/TinyLlama-1.1B-Chat-v1.0');
    expect(unavailable.map(({ path }) => path)).toEqual(expect.arrayContaining(['N8N_WEBHOOK_URL', 'WHISPER_MODEL']));
  });

  test('empty names change nothing', async () => {
    const names = ENVIRONMENT_NAMES.map(({ name }) => [name, ''] as const);
    const [empty, none] = await Promise.all([load({ environment: Object.fromEntries(names) }), load({})]);
    expect(empty.settings).toEqual(none.settings);
    expect(empty.entries).toEqual(none.entries);
  });
});
