import { describe, expect, test } from '@jest/globals';
import { normaliseAddress, withPort } from '../../../src/kernel/config/shapes/address.ts';
import { load, provider } from './load-text.ts';

describe('an address', () => {
  test.each([
    ['0.0.0.0', 'ollama', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8000', 'ollama', 'http://127.0.0.1:8000'],
    ['http://0.0.0.0:11434', 'ollama', 'http://127.0.0.1:11434'],
    ['box', 'ollama', 'http://box:11434'],
    ['box:80', 'ollama', 'http://box'],
    ['http://box', 'ollama', 'http://box'],
    ['https://box/ollama/', 'ollama', 'https://box/ollama'],
    ['::1', 'ollama', 'http://[::1]:11434'],
    ['[::]:9', 'ollama', 'http://[::1]:9'],
    ['localhost:1234/v1/', 'lmstudio', 'http://localhost:1234/v1'],
    ['localhost', undefined, 'http://localhost'],
    [' http://localhost:8080 ', undefined, 'http://localhost:8080'],
  ])('%j for %s is %s', (written, kind, expected) => {
    expect(normaliseAddress(written, kind)).toBe(expected);
  });

  test.each(['', 'ftp://x', 'http://', 'a b', 'http://x:99999'])('%j is none', (written) => {
    expect(normaliseAddress(written)).toBeUndefined();
  });

  test('takes another port', () => {
    expect(withPort('http://gpu:8001/v1', 9000)).toBe('http://gpu:9000/v1');
  });
});

const folderOf = async (written: string) =>
  (await load({ environment: { MODEL_CACHE_DIR: written, LOCALMLX_MODELS_DIR: '/other' } })).settings.embedded
    .modelsDirectory;

describe('entries of one provider', () => {
  test('of several layers and spellings become one', async () => {
    const loaded = await load({
      files: {
        'config/local.json': { providers: { lm_studio: { baseUrl: 'localhost', options: { a: { b: 1 } } } } },
        'config/llm_providers.yaml':
          'providers:\n  lm_studio: { model: m, timeout: 1.5, priority: 3, options: { a: { c: 2 } } }\n',
      },
      flags: { set: ['providers.lm_studio.declaredLocal=true'] },
    });
    expect(loaded.faults).toEqual([]);
    expect(provider(loaded, 'lm_studio')).toEqual({
      id: 'lm_studio',
      kind: 'lmstudio',
      isEnabled: true,
      baseUrl: 'http://localhost:1234',
      model: 'm',
      timeoutMs: 1500,
      priority: 3,
      isDeclaredLocal: true,
      options: { a: { b: 1, c: 2 } },
      origin: 'flag: --set',
    });
  });

  test('a variable may fill in a switch or a number', async () => {
    const yaml = 'providers:\n  Ollama: { enabled: "${ON:-no}", timeout: "${SECONDS}", model: m }\n';
    const loaded = await load({ files: { 'config/llm_providers.yaml': yaml }, environment: { SECONDS: '7' } });
    expect(loaded.faults).toEqual([]);
    expect(provider(loaded, 'ollama')).toMatchObject({ isEnabled: false, timeoutMs: 7000 });
  });

  test('in one file the more specific spelling wins', async () => {
    const local = { chat: { baseURL: 'http://c:1' }, serverUrl: 'http://s:1' };
    const loaded = await load({ files: { 'config/local.json': { routing: { providers: { local } } } } });
    expect(provider(loaded, 'local')).toMatchObject({ baseUrl: 'http://c:1' });
    const note = loaded.entries.find(({ path }) => path === 'providers.local.baseUrl')?.note;
    expect(note).toBe('over config/local.json: routing.providers.local.serverUrl');
  });

  test('an undeclared address is a generic endpoint, which only the provider file permits', async () => {
    const yaml = 'providers:\n  box: { enabled: true, base_url: "https://box.example/v1" }\n';
    const loaded = await load({ files: { 'config/llm_providers.yaml': yaml } });
    expect(provider(loaded, 'box')).toMatchObject({
      kind: 'openai-compatible',
      isDeclaredLocal: false,
      permission: {},
    });
  });

  test('switching the local provider off names who did', async () => {
    const files = { 'config/local.json': { routing: { providers: { local: { enabled: false, serverUrl: 'x' } } } } };
    const loaded = await load({ files, environment: { LOCAL_LLM_ENABLED: 'no' } });
    expect(loaded.settings.routing.isLocalEnabled).toBe(false);
    expect(provider(loaded, 'local')?.disabledReason).toBe(
      'disabled by config/local.json: routing.providers.local.enabled',
    );
    expect(provider(loaded, 'embedded')?.disabledReason).toBe('disabled by environment: LOCAL_LLM_ENABLED');
  });

  test('the folder of the weights is relative to the workspace or the home folder', async () => {
    expect(await folderOf('w')).toBe('/nowhere/workspace/w');
    expect(await folderOf('~/w')).toBe('/nowhere/home/w');
    expect((await load({})).settings.embedded.modelsDirectory).toBe('/nowhere/home/.cache/wooster/models');
  });
});
