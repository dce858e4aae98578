import { describe, expect, test } from '@jest/globals';
import type { HostSettings, Price, RoutingSettings } from '../../src/index.ts';
import { NEVER } from '../routing/doubles/rig.ts';
import { CLOUD, embedder, embeddingRig, MINI, NOMIC, purposeSettings } from './embedding-rig.ts';

const PERMISSION = { origin: 'config/local.json: embeddings.projects.fallbackToCloud' };
const PERMITTED = purposeSettings({ fallbackToCloud: true, permission: PERMISSION });
const DOWN = { state: 'down', latencyMs: 1, detail: 'refused', code: 'E_UNREACHABLE' } as const;
const PRICES: readonly Price[] = [{ unit: 'input-token', quantity: 1_000_000, usd: 0.5 }];
const LARGE = { ...CLOUD, id: 'acme-embed-large', dimensions: 20 };

function parts(
  embeddings: Partial<HostSettings['embeddings']> = {},
  routing: Partial<RoutingSettings> = {},
  prices?: readonly Price[],
) {
  const local = embedder('ollama', [
    { id: 'all-minilm:latest', dimensions: 8 },
    { id: 'nomic-embed-text:latest', dimensions: 16 },
  ]);
  const options = { locality: 'cloud', priority: 100, ...(prices && { prices }) } as const;
  const openai = embedder('openai', [{ id: 'text-embedding-3-small', dimensions: 12 }], options);
  const acme = embedder('acme', [{ id: 'acme-embed-large', dimensions: 20 }], options);
  const rig = embeddingRig({
    providers: [local, openai, acme],
    embeddings,
    routing,
    entries: [MINI, NOMIC, CLOUD, LARGE],
  });
  const contacts = (): number =>
    [openai, acme].reduce((sum, { provider }) => sum + provider.requests.length + provider.probes + provider.lists, 0);
  return { ...rig, local: local.provider, openai: openai.provider, acme: acme.provider, contacts };
}

describe('the embeddings of a named model', () => {
  test.each([
    'nomic-embed-text',
    'nomic-embed-text:latest',
    'ollama:nomic-embed-text',
    'ollama:nomic-embed-text:latest',
    'nomic-ai/nomic-embed-text-v1.5',
  ])('are found by %s, and the purpose keeps its model', async (model) => {
    const { factory, contacts } = parts({ projects: purposeSettings({ dimensions: 8 }) });
    const named = await factory.named({ model }, 'projects', NEVER);
    expect(named.space).toMatchObject({ name: NOMIC.id, dimensions: 16 });
    expect([named.isStandIn, named.locality, named.usdOf(1_000_000)]).toEqual([false, 'local', 0]);
    expect((await factory.for('projects', NEVER)).space).toMatchObject({ name: MINI.id, dimensions: 8 });
    expect(await factory.named({ model }, 'projects', NEVER)).toBe(named);
    expect(contacts()).toBe(0);
  });

  test('are of the space that the purpose has where it is the same model, and one instance', async () => {
    const { factory } = parts();
    expect(await factory.named({ model: 'all-minilm' }, 'projects', NEVER)).toBe(await factory.for('projects', NEVER));
  });

  test('are cut to a length that the model was trained for, and to no other', async () => {
    const { factory, local } = parts();
    local.answer = (vectors) => vectors.map((vector) => vector.slice(0, 8));
    const cut = await factory.named({ model: 'nomic-embed-text', dimensions: 8 }, 'projects', NEVER);
    expect(cut.space).toMatchObject({ name: NOMIC.id, dimensions: 8 });
    await expect(cut.embedQuery('a')).resolves.toHaveLength(8);
    for (const [model, dimensions] of [
      ['nomic-embed-text', 10],
      ['nomic-embed-text', 32],
      ['all-minilm', 4],
    ] as const) {
      await expect(factory.named({ model, dimensions }, 'projects', NEVER)).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: expect.stringMatching(new RegExp(`(can be cut to 8|cannot be cut): ${dimensions} is none`)),
      });
    }
  });

  test('are refused with the reasons where nothing has the model, without another in its place', async () => {
    const { factory, openai, acme } = parts({ projects: PERMITTED });
    const failure = await factory.named({ model: 'mxbai-embed-large' }, 'projects', NEVER).catch((error) => error);
    expect(failure).toMatchObject({ code: 'E_NO_ROUTE', message: expect.stringContaining('with mxbai-embed-large') });
    const { local, factory: other } = parts({ projects: PERMITTED });
    local.report = DOWN;
    await expect(other.named({ model: 'all-minilm' }, 'projects', NEVER)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    expect([...openai.requests, ...acme.requests]).toEqual([]);
  });

  test('are refused where the purpose is off', async () => {
    const { factory } = parts({ projects: purposeSettings({ isEnabled: false }) });
    await expect(factory.named({ model: 'mini' }, 'projects', NEVER)).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});

describe('a named model of a cloud', () => {
  test.each<[string, Partial<HostSettings['embeddings']>, Partial<RoutingSettings>]>([
    ['without a permission', {}, {}],
    ['with the permission of another purpose', { userProfile: PERMITTED }, {}],
    [
      'where the cloud was refused',
      { projects: PERMITTED },
      { cloudRefusal: { origin: 'environment: WOOSTER_LOCAL_ONLY' } },
    ],
    [
      'where a purpose refused it',
      { projects: purposeSettings({ refusal: PERMISSION }) },
      { cloudPermission: PERMISSION },
    ],
  ])('gets no request %s', async (_what, embeddings, routing) => {
    const { factory, contacts } = parts(embeddings, routing);
    for (const model of ['text-embedding-3-small', 'openai:text-embedding-3-small', 'acme:acme-embed-large']) {
      await expect(factory.named({ model }, 'projects', NEVER)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    }
    expect(contacts()).toBe(0);
  });

  test.each([
    ['text-embedding-3-small', 12],
    ['openai:text-embedding-3-small', 12],
    ['acme:acme-embed-large', 20],
  ])('is used by its name %s with a permission, and told its space is found again', async (model, dimensions) => {
    const { factory, makeFactory } = parts({ projects: PERMITTED }, {}, PRICES);
    const named = await factory.named({ model }, 'projects', NEVER);
    expect(named.space).toMatchObject({ dimensions });
    expect([named.isStandIn, named.locality]).toEqual([false, 'cloud']);
    expect(named.usdOf(2_000_000)).toBeCloseTo(1, 12);
    const again = await makeFactory().ofSpace(named.space, 'projects', NEVER);
    expect(again?.space).toEqual(named.space);
    await expect(again?.embedQuery('a')).resolves.toHaveLength(dimensions);
  });

  test('has no price where nobody told one', async () => {
    const { factory } = parts({ projects: PERMITTED });
    const named = await factory.named({ model: 'acme:acme-embed-large' }, 'projects', NEVER);
    expect(named.usdOf(1)).toBeUndefined();
  });
});

describe('a stand-in', () => {
  test('comes from the settings alone: a space that is asked for, or named, is served in its own right', async () => {
    const { factory, local } = parts({ projects: PERMITTED });
    local.report = DOWN;
    const standIn = await factory.for('projects', NEVER);
    expect([standIn.isStandIn, standIn.space.name]).toEqual([true, 'text-embedding-3-small']);
    const found = await factory.ofSpace(standIn.space, 'projects', NEVER);
    const named = await factory.named({ model: 'text-embedding-3-small' }, 'projects', NEVER);
    expect([found?.isStandIn, named.isStandIn]).toEqual([false, false]);
    expect(found).toBe(named);
    expect((await factory.for('projects', NEVER)).isStandIn).toBe(true);
  });
});
