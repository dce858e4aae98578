import { describe, expect, test } from '@jest/globals';
import { requireFaultless } from '../../../src/kernel/config/load.ts';
import { checkAgainstPlugins } from '../../../src/kernel/config/check-against-plugins.ts';
import { load, messages } from './load-text.ts';

const inLocal = async (content: unknown): Promise<string[]> =>
  messages(await load({ files: { 'config/local.json': content } }));

describe('a wrong setting', () => {
  test.each([
    [
      { routing: { stratgy: 'x' } },
      'config/local.json: routing.stratgy: no such setting; did you mean `routing.strategy`?',
    ],
    [
      { routing: { providers: { local: { chat: { baseUri: 'x' } } } } },
      'config/local.json: routing.providers.local.chat.baseUri: no such setting; did you mean `routing.providers.local.chat.baseURL`?',
    ],
    [{ temperature: 1 }, 'config/local.json: temperature: no such setting; did you mean `generation.temperature`?'],
    [{ zebra: { stripes: 1 } }, 'config/local.json: zebra: no such setting'],
    [
      { routing: { limits: { connectMs: 'soon' } } },
      'config/local.json: routing.limits.connectMs: found "soon", wanted a whole number from 1 to 86400000',
    ],
    [
      { generation: { temperature: 7 } },
      'config/local.json: generation.temperature: found 7, wanted a number from 0 to 2',
    ],
    [
      { log: { level: 'loud' } },
      'config/local.json: log.level: found "loud", wanted one of `debug`, `info`, `warn`, `error`',
    ],
    [{ embedded: { enabled: 'yes' } }, 'config/local.json: embedded.enabled: found "yes", wanted `true` or `false`'],
    [{ routing: 'fast' }, 'config/local.json: routing: found "fast", wanted a section'],
    [
      { providers: { box: { baseUrl: 'ftp://x' } } },
      'config/local.json: providers.box.baseUrl: found "ftp://x", wanted an address such as `http://localhost:8080`',
    ],
    [
      { providers: { box: { apiKey: 12345678 } } },
      'config/local.json: providers.box.apiKey: found [secret], wanted a text',
    ],
    [
      { providers: { box: { model: 'm' } } },
      'config/local.json: providers.box: providers.box has no address; set providers.box.baseUrl, or providers.box.kind to a known engine',
    ],
    [
      { providers: { 'a:b': { baseUrl: 'x' } } },
      'config/local.json: providers.a:b: a provider id has letters, digits, hyphens and underscores only',
    ],
    [
      { providers: { box: { baseUrl: 'x', api_keyy: '${NOWHERE}' } } },
      'config/local.json: providers.box.api_keyy: no such setting; did you mean `providers.box.apiKey`?',
    ],
    [{ log: { level: '${NOWHERE}' } }, 'config/local.json: log.level: ${NOWHERE} is not set'],
    ['[1]', 'config/local.json: a settings file is one section of names and values'],
  ])('%j says what and where', async (content, expected) => {
    expect(await inLocal(content)).toContain(expected);
  });

  test('is left out, while everything else holds', async () => {
    const { settings } = await load({
      files: { 'config/local.json': { log: { level: 'loud' }, generation: { maxTokens: 7, temperature: 9 } } },
    });
    expect(settings.log.level).toBe('info');
    expect(settings.generation).toMatchObject({ maxTokens: 7, temperature: undefined });
  });

  test('in the environment names the variable', async () => {
    const loaded = await load({
      environment: {
        LOCALMLX_MAX_TOKENS: 'many',
        LOCALMLX_TEMPERATURE: '3',
        PLUGIN_X_ENABLED: 'perhaps',
        LOCALMLX_FALLBACK_TO_OPENAI: 'maybe',
        OLLAMA_HOST: 'http://',
      },
    });
    expect(messages(loaded)).toEqual([
      'environment: LOCALMLX_FALLBACK_TO_OPENAI: found "maybe", wanted `true` or `false`',
      'environment: LOCALMLX_MAX_TOKENS: found "many", wanted a whole number from 1 to 1048576 (for generation.maxTokens)',
      'environment: LOCALMLX_TEMPERATURE: found 3, wanted a number from 0 to 2 (for generation.temperature)',
      'environment: OLLAMA_HOST: found "http://", wanted an address such as `http://localhost:8080` (for providers.ollama.baseUrl)',
      'environment: PLUGIN_X_ENABLED: found "perhaps", wanted `true` or `false` (for plugins.x.enabled)',
    ]);
  });

  test('in a flag names the flag', async () => {
    const loaded = await load({
      flags: { logLevel: 'loud', set: ['routing.speed=1', 'nothing', 'routing.limits={"idleMs":0}'] },
    });
    expect(messages(loaded)).toEqual([
      'flag: --set: routing.speed: no such setting',
      'flag: --set: wanted path=value',
      'flag: --set: found 0, wanted a whole number from 1 to 86400000 (for routing.limits.idleMs)',
      'flag: --log-level: found "loud", wanted one of `debug`, `info`, `warn`, `error` (for log.level)',
    ]);
  });
});

describe('while anything is wrong', () => {
  test('the cloud is refused, since the fault may have been the refusal', async () => {
    const permissions = { LOCALMLX_FALLBACK_TO_OPENAI: 'true', OPENAI_API_KEY: 'sk-abcdefghijklm' };
    const files = { 'config/local.json': { routing: { cloud: { allow: true } } } };
    for (const wrong of [
      { environment: { ...permissions, WOOSTER_LOCAL_ONLY: 'ture' }, files },
      { environment: permissions, files: { ...files, '.env': '', 'config/local.yaml': 'routing: {' } },
    ]) {
      const { settings, faults } = await load(wrong);
      expect(faults).toHaveLength(1);
      expect(settings.routing).toMatchObject({
        privacy: 'local-only',
        cloudRefusal: { origin: 'faults of the configuration' },
      });
      expect(settings.routing.cloudPermission).toBeUndefined();
      expect(settings.providers.some(({ permission }) => permission !== undefined)).toBe(false);
    }
  });
});

describe('a file that cannot be read', () => {
  test.each([
    ['{"a": x}', 'line 1, column 7'],
    ['{\n  "a": 1,\n}', 'line 3, column 1'],
    ['{"a": 1', 'line 1, column 8'],
    ['{"a": 1} 2', 'line 1, column 10'],
    ['{"a" 1}', 'line 1, column 6'],
    ['{"a": [1 2]}', 'line 1, column 10'],
    ["{'a': 1}", 'line 1, column 2'],
    ['{"a": "\\x"}', 'line 1, column 7'],
    ['// comment\n{}', 'line 1, column 1'],
  ])('JSON %j: %s', async (text, place) => {
    expect(await inLocal(text)).toEqual([`config/local.json: ${place}: this is not JSON`]);
  });

  test('YAML: line and column', async () => {
    const loaded = await load({ files: { 'config/local.yaml': 'routing:\n  strategy: "x\n' } });
    expect(messages(loaded)[0]).toMatch(/^config\/local\.yaml: line \d+, column \d+: this is not YAML$/);
  });

  test('does not hide the faults and values of the others', async () => {
    const loaded = await load({
      files: { 'config/local.json': '{', 'config/local.yaml': 'log: { level: error }\nroutin: 1\n' },
    });
    expect(messages(loaded)).toEqual([
      'config/local.json: line 1, column 2: this is not JSON',
      'config/local.yaml: routin: no such setting; did you mean `routing`?',
    ]);
    expect(loaded.settings.log.level).toBe('error');
  });

  test('a missing file of --config is E_FILE; an empty file is nothing', async () => {
    const missing = await load({ flags: { config: 'gone.json' } });
    expect(missing.faults.map(({ code, message }) => [code, message])).toEqual([
      ['E_FILE', 'gone.json: there is no such file'],
    ]);
    expect((await load({ files: { 'config/local.json': '', 'config/local.yaml': '# nothing\n' } })).faults).toEqual([]);
  });
});

describe('several faults', () => {
  test('the first is thrown and counts the rest', async () => {
    const one = await load({ environment: { WOOSTER_LOG_LEVEL: 'loud' } });
    expect(() => requireFaultless(one.faults)).toThrow(/^environment: WOOSTER_LOG_LEVEL: found "loud".*log\.level\)$/);
    const three = await load({
      environment: { WOOSTER_LOG_LEVEL: 'loud', LOCAL_LLM_ENABLED: 'x', LLM_FAILOVER_ENABLED: 'x' },
    });
    expect(() => requireFaultless(three.faults)).toThrow('(2 more faults: `wooster config --check` lists all)');
    expect(() => requireFaultless([])).not.toThrow();
  });
});

describe('what only plugins can tell', () => {
  const known = {
    pluginIds: ['local-model', 'cloud-models'],
    providerKinds: ['ollama', 'embedded'],
    strategies: ['local-first'],
  };

  test('a section, kind or strategy that nobody has is a fault with the nearest name', async () => {
    const { settings } = await load({
      files: {
        'config/local.json': {
          plugins: { 'local-modle': { threads: 1 }, gateway: { port: 1 }, localmlx: { enabled: true } },
          providers: { box: { kind: 'olama' } },
        },
      },
      environment: { LLM_STRATEGY: 'local-frist', PLUGIN_SOMEBODY_ELSE_ENABLED: 'true' },
    });
    expect(checkAgainstPlugins(settings, known).map(({ message }) => message)).toEqual([
      'config/local.json: plugins.local-modle.threads: there is no plugin `local-modle`; did you mean `local-model`?',
      'config/local.json: providers.box: there is no kind of provider `olama`; did you mean `ollama`?',
      'environment: LLM_STRATEGY: there is no strategy `local-frist`; did you mean `local-first`?',
    ]);
  });

  test('what is right, or not to be checked, is no fault', async () => {
    const { settings } = await load({
      files: { 'config/local.json': { plugins: { 'local-model': { a: { b: 1 } } } } },
    });
    expect(checkAgainstPlugins(settings, known)).toEqual([]);
    const withKey = await load({ environment: { OPENAI_API_KEY: 'sk-abcdefghijklm' } });
    expect(checkAgainstPlugins(withKey.settings, known)).toEqual([]);
    expect(checkAgainstPlugins(settings, { pluginIds: ['local-model'] })).toEqual([]);
    expect(settings.plugins.slices).toEqual({ 'local-model': { a: { b: 1 } } });
    expect(settings.plugins.origins).toEqual({ 'local-model.a.b': 'config/local.json: plugins.local-model.a.b' });
  });
});
