import { describe, expect, test } from '@jest/globals';
import { load } from './load-text.ts';

describe('what `config` shows', () => {
  test('privacy is the class that holds, with the setting that made it so', async () => {
    const { entries } = await load({ environment: { LLM_STRATEGY: 'local_only' } });
    const shown = (path: string) => entries.find((entry) => entry.path === path);
    expect(shown('routing.privacy')).toMatchObject({ value: 'local-only', origin: 'environment: LLM_STRATEGY' });
    expect(shown('routing.strategy')).toMatchObject({
      value: 'local_only',
      note: 'local-first with every cloud refused',
    });
    expect(shown('routing.failover.recoverySeconds')).toMatchObject({ origin: 'default', isUnavailable: false });
  });

  test('the strictest class of all layers holds', async () => {
    const files = {
      'config/default.json': { routing: { privacy: 'no-training' } },
      'config/local.json': { routing: { privacy: 'any' } },
    };
    const { settings } = await load({ files });
    expect(settings.routing).toMatchObject({
      privacy: 'no-training',
      privacyOrigin: 'config/default.json: routing.privacy',
    });
  });

  test.each([
    ['claude_only', 'the provider claude and no other'],
    ['hybrid', 'read as local-first'],
  ])('the strategy %s says how it is read', async (written, note) => {
    const { entries } = await load({ environment: { LLM_STRATEGY: written } });
    expect(entries.find(({ path }) => path === 'routing.strategy')?.note).toContain(note);
  });
});

describe('notes', () => {
  test('name the layers that were overruled, and those that say the same', async () => {
    const files = { 'config/default.json': { log: { level: 'warn' } }, '.env': 'WOOSTER_LOG_LEVEL=error\n' };
    const noteOf = async (level: string) =>
      (await load({ files, environment: { WOOSTER_LOG_LEVEL: level } })).entries.find(
        ({ path }) => path === 'log.level',
      )?.note;
    expect(await noteOf('debug')).toBe('over config/default.json: log.level; over .env: WOOSTER_LOG_LEVEL');
    expect(await noteOf('error')).toBe('over config/default.json: log.level; also .env: WOOSTER_LOG_LEVEL');
  });
});

describe('lists and sections of a plugin', () => {
  test('are shown with what their names make secret masked', async () => {
    const servers = [
      { url: 'http://me:hunter22@box', apiKey: 'abcdefgh' },
      'plain',
      { retries: 3, pin: { token: 12345 } },
    ];
    const { entries, settings } = await load({ files: { 'config/local.json': { plugins: { mine: { servers } } } } });
    expect(entries.find(({ path }) => path === 'plugins.mine.servers')?.value).toEqual([
      { url: 'http://[secret]@box', apiKey: '[secret]' },
      'plain',
      { retries: 3, pin: { token: '[secret]' } },
    ]);
    expect(settings.plugins.slices.mine).toEqual({ servers });
  });
});

async function embeddedModel(written: string): Promise<string> {
  return (await load({ flags: { set: [`embedded.model=${written}`] } })).settings.embedded.model;
}

test('the embedded model may be a file, whose path is taken from the workspace', async () => {
  expect(await embeddedModel('models/mine.gguf')).toBe('/nowhere/workspace/models/mine.gguf');
  expect(await embeddedModel('smollm2-135m-instruct-q4_1')).toBe('smollm2-135m-instruct-q4_1');
});

async function listed(written: string): Promise<string | undefined> {
  const { settings } = await load({ flags: { set: [`embedded.model=${written}`] } });
  return settings.providers.find(({ id }) => id === 'embedded')?.model;
}

test('the provider of the embedded model lists a path by its last part', async () => {
  expect(await listed('models/mine.gguf')).toBe('mine');
  expect(await listed('/srv/tiny/')).toBe('tiny');
  expect(await listed('Xenova/distilgpt2')).toBe('Xenova/distilgpt2');
  expect(await listed('smollm2-135m-instruct-q4_1')).toBe('smollm2-135m-instruct-q4_1');
});

test('the embedded model may be a folder, whose path is taken from the workspace, or a repository, whose name is kept', async () => {
  expect(await embeddedModel('./models/tiny')).toBe('/nowhere/workspace/models/tiny');
  expect(await embeddedModel('models/of/mine')).toBe('/nowhere/workspace/models/of/mine');
  expect(await embeddedModel('/srv/tiny')).toBe('/srv/tiny');
  expect(await embeddedModel('Xenova/LaMini-Flan-T5-248M')).toBe('Xenova/LaMini-Flan-T5-248M');
});
