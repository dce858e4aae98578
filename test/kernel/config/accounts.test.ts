import { describe, expect, test } from '@jest/globals';
import { load, messages, provider } from './load-text.ts';

async function settingsOf(local: Readonly<Record<string, unknown>>, environment: Record<string, string> = {}) {
  const loaded = await load({ files: { 'config/local.json': local }, environment });
  expect(messages(loaded)).toEqual([]);
  return loaded;
}

function withRule(change: object): Promise<string | undefined> {
  return faultOf({ privacy: { rules: [{ name: 'clients', treatment: 'local-only', ...change }] } });
}

async function faultOf(local: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  return messages(await load({ files: { 'config/local.json': local } }))[0];
}

describe('budgets', () => {
  test('are no cap unless one is set', async () => {
    const { settings } = await settingsOf({});
    expect(settings.budget).toEqual({ caps: [], warnAtShare: 0.8, outputTokens: 4_096 });
  });

  test('are caps of all calls, of a project, of a provider and of each conversation, each with its origin', async () => {
    const { settings } = await settingsOf({
      budget: {
        dayUsd: 1,
        conversationUsd: 0.5,
        projects: { handbook: { monthUsd: 2 } },
        providers: { openai: { weekUsd: 3, totalUsd: 0 } },
        warnAtPercent: 50,
      },
    });
    expect(settings.budget.warnAtShare).toBe(0.5);
    expect(settings.budget.caps.toSorted((left, right) => (left.id < right.id ? -1 : 1))).toEqual([
      {
        id: 'conversation',
        kind: 'conversation',
        period: 'total',
        limitUsd: 0.5,
        origin: 'config/local.json: budget.conversationUsd',
      },
      { id: 'day', kind: 'all', period: 'day', limitUsd: 1, origin: 'config/local.json: budget.dayUsd' },
      {
        id: 'project:handbook:month',
        kind: 'project',
        of: 'handbook',
        period: 'month',
        limitUsd: 2,
        origin: 'config/local.json: budget.projects.handbook.monthUsd',
      },
      {
        id: 'provider:openai:total',
        kind: 'provider',
        of: 'openai',
        period: 'total',
        limitUsd: 0,
        origin: 'config/local.json: budget.providers.openai.totalUsd',
      },
      {
        id: 'provider:openai:week',
        kind: 'provider',
        of: 'openai',
        period: 'week',
        limitUsd: 3,
        origin: 'config/local.json: budget.providers.openai.weekUsd',
      },
    ]);
  });

  test('refuse what is no amount, and names that they do not have', async () => {
    expect(await faultOf({ budget: { dayUsd: -1 } })).toMatch(/budget\.dayUsd/);
    expect(await faultOf({ budget: { dayUsd: '1' } })).toMatch(/budget\.dayUsd/);
    expect(await faultOf({ budget: { yearUsd: 1 } })).toMatch(/yearUsd/);
    expect(await faultOf({ budget: { projects: { handbook: { dayEur: 1 } } } })).toMatch(/dayEur/);
  });
});

describe('rules of privacy', () => {
  const rule = { name: 'clients', treatment: 'local-only', words: ['Acme'] };

  test('of all layers hold together, so that no layer weakens another', async () => {
    const { settings } = await load({
      files: {
        'config/default.json': { privacy: { rules: [{ name: 'house', treatment: 'no-training', project: 'house' }] } },
        'config/local.json': { privacy: { rules: [rule], detect: { secrets: 'redact' }, firstUse: 'refuse' } },
      },
    });
    expect(settings.privacy).toEqual({
      detect: { secrets: 'redact' },
      firstUse: 'refuse',
      rules: [
        { name: 'house', treatment: 'no-training', project: 'house', origin: 'config/default.json: privacy.rules[0]' },
        { ...rule, origin: 'config/local.json: privacy.rules[0]' },
      ],
    });
  });

  test('refuse a pattern that is none, and to redact without saying what', async () => {
    expect(await withRule({ pattern: '(' })).toMatch(/privacy\.rules/);
    expect(await withRule({ treatment: 'redact' })).toMatch(/privacy\.rules/);
    expect(await withRule({ treatment: 'maybe' })).toMatch(/privacy\.rules/);
    expect(await withRule({ pattern: 'proj-\\d+', treatment: 'redact' })).toBeUndefined();
  });

  test('that cannot be read refuse every cloud', async () => {
    const loaded = await load({ files: { 'config/local.json': { privacy: { rules: [{ name: 'x' }] } } } });
    expect(loaded.settings.routing.privacy).toBe('local-only');
  });
});

describe('the switch for local-only', () => {
  test('tells who set it, in whatever layer', async () => {
    const flagged = await load({ flags: { localOnly: true } });
    expect(flagged.settings.routing.localOnly).toEqual({ origin: 'flag: --local-only' });
    const named = await settingsOf({ routing: { localOnly: false } }, { WOOSTER_LOCAL_ONLY: 'true' });
    expect(named.settings.routing.localOnly).toEqual({ origin: 'environment: WOOSTER_LOCAL_ONLY' });
    expect((await settingsOf({})).settings.routing.localOnly).toBeUndefined();
  });
});

describe('the cache', () => {
  test('is for temperature 0, and is turned off and on by its settings and by the name users have', async () => {
    const { settings } = await settingsOf({});
    expect(settings.cache).toEqual({ mode: 'auto', ttlMs: 86_400_000, maxBytes: 64 * 1024 * 1024 });
    expect((await settingsOf({ cache: { mode: 'always' } })).settings.cache.mode).toBe('always');
    expect((await settingsOf({ cache: { mode: 'always', enabled: false } })).settings.cache.mode).toBe('off');
    expect((await settingsOf({}, { LOCALMLX_ENABLE_CACHE: 'false' })).settings.cache.mode).toBe('off');
  });
});

describe('a provider', () => {
  test('has the prices that the user writes, with their date, and what is declared of it', async () => {
    const prices = {
      inputPerMillion: 2,
      outputPerMillion: 8,
      cachedInputPerMillion: 0.5,
      perCall: 0.01,
      asOf: '2026-03-01',
    };
    const loaded = await settingsOf({ providers: { openai: { model: 'gpt-4o', prices, noTraining: true } } });
    const asOf = '2026-03-01';
    expect(provider(loaded, 'openai')).toMatchObject({
      prices: [
        { unit: 'input-token', quantity: 1_000_000, usd: 2, asOf },
        { unit: 'output-token', quantity: 1_000_000, usd: 8, asOf },
        { unit: 'cached-input-token', quantity: 1_000_000, usd: 0.5, asOf },
        { unit: 'call', quantity: 1, usd: 0.01, asOf },
      ],
      noTraining: { origin: 'config/local.json: providers.openai.noTraining' },
    });
  });

  test('with prices alone is not permitted by them', async () => {
    const loaded = await settingsOf({ providers: { openai: { model: 'gpt-4o', prices: { inputPerMillion: 0 } } } });
    expect(provider(loaded, 'openai')).not.toHaveProperty('permission');
    expect(await faultOf({ providers: { openai: { prices: { inputPerMillion: -1 } } } })).toMatch(/inputPerMillion/);
  });
});
