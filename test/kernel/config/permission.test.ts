import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { load, provider } from './load-text.ts';
import type { Layers } from './load-text.ts';

/** Every layer that can speak of one setting, weakest first. */
const LAYERS = [
  'package/config/default.json',
  'config/default.json',
  'config/local.json',
  'config/local.yaml',
  'config/llm_providers.yaml',
  'flag',
] as const;

type Values = Readonly<Partial<Record<(typeof LAYERS)[number], unknown>>>;

function layersFor(path: string, values: Values): Layers {
  const segments = path.split('.');
  const nest = (value: unknown): unknown => segments.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const files = Object.fromEntries(
    Object.entries(values)
      .filter(([layer]) => layer !== 'flag')
      .map(([layer, value]) => [layer, JSON.stringify(nest(value))]),
  );
  const set = values.flag === undefined ? [] : [`${path}=${JSON.stringify(values.flag)}`];
  return { files, flags: { set } };
}

const assignment = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Values> =>
  fc
    .record(Object.fromEntries(LAYERS.map((layer) => [layer, fc.option(value, { nil: undefined })])))
    .map((values) => Object.fromEntries(Object.entries(values).filter(([, one]) => one !== undefined)) as Values);

const strongest = (values: Values): unknown =>
  LAYERS.map((layer) => values[layer]).findLast((value) => value !== undefined);

const strategy = async (layers: Layers) => {
  const { settings } = await load(layers);
  return [settings.routing.strategy, settings.routing.strategyOrigin];
};

describe('layers', () => {
  test('the strongest layer that speaks decides', async () => {
    await fc.assert(
      fc.asyncProperty(assignment(fc.integer({ min: 1, max: 9999 })), async (values) => {
        const { settings, faults } = await load(layersFor('routing.limits.idleMs', values));
        expect(faults).toEqual([]);
        expect(settings.routing.limits.idleMs).toBe(strongest(values) ?? 60_000);
      }),
      { numRuns: 60 },
    );
  });

  test('the environment is over the .env file, which is over files and under flags', async () => {
    const files = { 'config/local.json': { routing: { strategy: 'a' } } };
    const dotEnv = { ...files, '.env': '# comment\nLLM_STRATEGY="b"\n' };
    expect(await strategy({ files })).toEqual(['a', 'config/local.json: routing.strategy']);
    expect(await strategy({ files: dotEnv })).toEqual(['b', '.env: LLM_STRATEGY']);
    const environment = { LLM_STRATEGY: 'c' };
    expect(await strategy({ files: dotEnv, environment })).toEqual(['c', 'environment: LLM_STRATEGY']);
    const flags = { set: ['routing.strategy=d'] };
    expect(await strategy({ files: dotEnv, environment, flags })).toEqual(['d', 'flag: --set']);
  });

  test('a file of --config is over local files and under the provider file', async () => {
    const files = {
      'config/local.json': { routing: { failover: { maxRetries: 1 } }, log: { level: 'warn' } },
      'mine.yaml': 'routing: { failover: { maxRetries: 5 } }\nlog: { level: error }\n',
      'config/llm_providers.yaml': 'failover: { max_retries: 7 }\n',
    };
    const { settings } = await load({ files, flags: { config: 'mine.yaml' } });
    expect(settings.log.level).toBe('error');
    expect(settings.routing.failover.maxRetries).toBe(7);
  });
});

async function embedded(layers: Layers) {
  return (await load(layers)).settings.embedded;
}

describe('permission for the cloud', () => {
  const key = { OPENAI_API_KEY: 'sk-abcdefghijklmnop' };

  test('routing.cloud.allow holds exactly when some layer says true and none says false', async () => {
    await fc.assert(
      fc.asyncProperty(assignment(fc.boolean()), async (values) => {
        const said = Object.values(values);
        const { settings } = await load(layersFor('routing.cloud.allow', values));
        expect(settings.routing.cloudPermission !== undefined).toBe(said.includes(true) && !said.includes(false));
        expect(settings.routing.cloudRefusal !== undefined).toBe(said.includes(false));
      }),
      { numRuns: 60 },
    );
  });

  const refusals: fc.Arbitrary<Layers> = fc.constantFrom<Layers>(
    { environment: { WOOSTER_LOCAL_ONLY: 'true' } },
    { files: { '.env': 'WOOSTER_LOCAL_ONLY=1\n' } },
    { flags: { localOnly: true } },
    { files: { 'config/default.json': { routing: { cloud: { allow: false } } } } },
    { files: { 'package/config/default.json': { routing: { defaultProvider: 'local' } } } },
    { files: { 'config/local.yml': 'routing: { strategy: local_only }\n' } },
    { files: { 'config/local.yaml': 'routing: { privacy: local-only }\n' } },
    { environment: { LLM_DEFAULT_PROVIDER: 'local' } },
    { environment: { LLM_STRATEGY: 'local-only' } },
  );

  const permissions: Layers = {
    files: {
      'config/local.json': {
        routing: {
          cloud: { allow: true },
          localOnly: false,
          providers: { local: { embeddings: { enabled: true, projects: { model: 'm', fallbackToCloud: true } } } },
        },
      },
      'config/llm_providers.yaml': 'providers:\n  openai: { enabled: true, model: m }\n',
    },
    environment: { ...key, LOCALMLX_FALLBACK_TO_OPENAI: 'true', LLM_FALLBACK_ORDER: 'openai' },
    flags: { set: ['routing.cloud.allow=true', 'routing.localOnly=false'] },
  };

  test('the switch for local-only forbids downloads in whatever layer it is; autoDownload only those nobody asked for', async () => {
    expect(await embedded({})).toMatchObject({ autoDownload: true, downloadRefusal: undefined });
    const flags = { set: ['embedded.autoDownload=true', 'routing.localOnly=false'] };
    const environment = { WOOSTER_LOCAL_ONLY: 'true' };
    expect(await embedded({ environment, flags })).toMatchObject({
      autoDownload: false,
      downloadRefusal: 'environment: WOOSTER_LOCAL_ONLY',
    });
    const files = { 'config/local.json': { embedded: { autoDownload: false } } };
    expect(await embedded({ files })).toMatchObject({ autoDownload: false, downloadRefusal: undefined });
  });

  test('one refusal anywhere wins over every permission everywhere', async () => {
    const open = (await load(permissions)).settings;
    expect(open.routing.cloudPermission).toBeDefined();
    expect(open.providers.find(({ id }) => id === 'openai')?.permission).toBeDefined();
    expect(open.embeddings.projects.permission).toBeDefined();
    await fc.assert(
      fc.asyncProperty(refusals, async (refusal) => {
        const { settings, entries } = await load({
          files: { ...permissions.files, ...refusal.files },
          environment: { ...permissions.environment, ...refusal.environment },
          flags: { ...permissions.flags, ...refusal.flags },
        });
        expect(settings.routing).toMatchObject({ privacy: 'local-only' });
        expect(settings.routing.cloudRefusal?.origin).toBe(settings.routing.privacyOrigin);
        expect(settings.routing.cloudPermission).toBeUndefined();
        expect(settings.providers.filter(({ permission }) => permission !== undefined)).toEqual([]);
        expect(settings.embeddings.projects).toMatchObject({ fallbackToCloud: false });
        const shown = entries.find(({ path }) => path === 'embeddings.projects.fallbackToCloud');
        expect(shown?.note).toContain(`refused by ${settings.routing.cloudRefusal?.origin}`);
      }),
    );
  });

  test('a key alone permits nothing, but makes the candidate known', async () => {
    const { settings } = await load({
      environment: { ...key, LLM_FALLBACK_ORDER: 'openai', LLM_DEFAULT_PROVIDER: 'openai' },
    });
    expect(settings.routing.cloudPermission).toBeUndefined();
    const openai = settings.providers.find(({ id }) => id === 'openai');
    expect(openai).toMatchObject({ isEnabled: true, kind: 'openai' });
    expect(openai?.permission).toBeUndefined();
  });

  test('each permission permits only what it names', async () => {
    const fallback = await load({ environment: { ...key, LOCALMLX_FALLBACK_TO_OPENAI: 'true' } });
    expect(fallback.settings.routing.cloudPermission).toBeUndefined();
    expect(provider(fallback, 'openai')).toMatchObject({
      permission: { origin: 'environment: LOCALMLX_FALLBACK_TO_OPENAI' },
    });
    const settingsFile = await load({
      environment: key,
      files: { 'config/local.json': { providers: { openai: { enabled: true } } } },
    });
    expect(provider(settingsFile, 'openai')).not.toHaveProperty('permission');
    const engine = await load({
      files: { 'config/llm_providers.yaml': 'providers: { ollama: { enabled: true, model: m } }' },
    });
    expect(provider(engine, 'ollama')).not.toHaveProperty('permission');
  });

  test('an explicit false of a named permission in any layer withdraws that one only', async () => {
    const providers = 'providers:\n  openai: { enabled: true, model: m }\n';
    const off = await load({
      ...permissions,
      files: { 'config/local.json': { cloud: { openai: { enabled: false } } }, 'config/llm_providers.yaml': providers },
    });
    expect(provider(off, 'openai')).toMatchObject({
      isEnabled: false,
      disabledReason: 'disabled by config/local.json: cloud.openai.enabled',
    });
    expect(provider(off, 'openai')).not.toHaveProperty('permission');
    expect(off.settings.routing.cloudPermission).toBeDefined();
    const fallback = await load({
      environment: { ...key, LOCALMLX_FALLBACK_TO_OPENAI: 'true' },
      files: { '.env': 'LOCALMLX_FALLBACK_TO_OPENAI=false\n' },
    });
    expect(provider(fallback, 'openai')).toMatchObject({
      isEnabled: false,
      disabledReason: 'refused by .env: LOCALMLX_FALLBACK_TO_OPENAI',
    });
    const purpose = { fallbackToCloud: false };
    const embeddings = await load({
      files: {
        'config/default.json': { embeddings: { projects: purpose } },
        'config/local.json': {
          embeddings: { enabled: true, projects: { fallbackToCloud: true }, userProfile: { fallbackToCloud: true } },
        },
      },
    });
    expect(embeddings.settings.embeddings.projects.fallbackToCloud).toBe(false);
    expect(embeddings.settings.embeddings.userProfile.fallbackToCloud).toBe(true);
  });
});

describe('names of strategies', () => {
  test.each([
    ['local-only', { strategy: 'local-first', privacy: 'local-only' }],
    ['LOCAL_ONLY', { strategy: 'local-first', privacy: 'local-only' }],
    ['hybrid', { strategy: 'local-first', privacy: 'any' }],
    ['local_fallback', { strategy: 'local-first', privacy: 'any' }],
    ['cloud_first', { strategy: 'cloud-first', privacy: 'any' }],
    ['claude_only', { strategy: 'local-first', privacy: 'any', preferredProvider: { id: 'claude', isPinned: true } }],
    ['of-a-plugin', { strategy: 'of-a-plugin', privacy: 'any' }],
  ])('%s is read in today’s terms', async (written, expected) => {
    const { settings } = await load({ environment: { LLM_STRATEGY: written } });
    expect(settings.routing).toMatchObject(expected);
    expect(settings.routing.cloudPermission).toBeUndefined();
  });
});
