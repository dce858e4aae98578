import { describe, expect, test } from '@jest/globals';
import { ProviderUnreachableError, type HostSettings, type RoutingSettings } from '../../src/index.ts';
import { ask, NEVER } from '../routing/doubles/rig.ts';
import { embedder, embeddingRig, purposeSettings } from './embedding-rig.ts';
import type { ScriptedEmbedder } from './embedding-rig.ts';

const PERMISSION = { origin: 'config/local.json: embeddings.projects.fallbackToCloud' };
const PERMITTED = purposeSettings({ fallbackToCloud: true, permission: PERMISSION });
const DOWN = { state: 'down', latencyMs: 1, detail: 'refused', code: 'E_UNREACHABLE' } as const;

function parts(embeddings: Partial<HostSettings['embeddings']>, routing: Partial<RoutingSettings> = {}) {
  const local = embedder('ollama', [{ id: 'all-minilm', dimensions: 8 }]);
  const cloud = embedder('openai', [{ id: 'text-embedding-3-small', dimensions: 12 }], {
    locality: 'cloud',
    priority: 100,
  });
  const rig = embeddingRig({ providers: [local, cloud], embeddings, routing });
  const contacts = (): number => cloud.provider.requests.length + cloud.provider.probes + cloud.provider.lists;
  return { ...rig, local: local.provider, cloud: cloud.provider, contacts };
}

function goDown(local: ScriptedEmbedder): void {
  local.report = DOWN;
  local.before = () => {
    throw new ProviderUnreachableError('connection refused');
  };
}

describe('without a permission', () => {
  test('the cloud gets no request, whatever happens to the local server', async () => {
    const { factory, local, contacts } = parts({});
    const embeddings = await factory.for('projects', NEVER);
    goDown(local);
    await expect(embeddings.embedQuery('a')).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
    await expect(factory.for('userProfile', NEVER)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    expect(contacts()).toBe(0);
  });

  test('the permission of another purpose does not count', async () => {
    const { factory, local, contacts } = parts({ projects: PERMITTED });
    local.report = DOWN;
    const failure = await factory.for('userProfile', NEVER).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'E_NO_ROUTE' });
    expect(contacts()).toBe(0);
  });
});

describe('with the permission of a purpose', () => {
  test('a local server that answers keeps the cloud out', async () => {
    const { factory, contacts } = parts({ projects: PERMITTED });
    const embeddings = await factory.for('projects', NEVER);
    await embeddings.embedQuery('a');
    expect(embeddings.locality).toBe('local');
    expect(contacts()).toBe(0);
  });

  test('the cloud serves another instance with its own space, and the local one is served again when it is back', async () => {
    const { factory, router, local, cloud } = parts({ projects: PERMITTED });
    const before = await factory.for('projects', NEVER);
    goDown(local);
    await expect(before.embedQuery('a')).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
    expect(cloud.requests).toEqual([]);
    const fallback = await factory.for('projects', NEVER);
    expect(fallback.space).toMatchObject({ name: 'text-embedding-3-small', dimensions: 12 });
    expect(fallback.locality).toBe('cloud');
    await expect(fallback.embedQuery('a')).resolves.toHaveLength(12);
    const [context] = cloud.contexts;
    expect(context?.permit).toMatchObject({ providerId: 'openai', grantedBy: PERMISSION.origin });
    local.report = undefined;
    local.before = () => undefined;
    await router.refresh(NEVER);
    expect(await factory.for('projects', NEVER)).toBe(before);
  });

  test('is no permission to chat, nor to look at the cloud for a chat', async () => {
    const { router, cloud, contacts, ...rig } = parts({ projects: PERMITTED });
    const model = await router.model({ pinnedProvider: 'openai' });
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    await expect(ask({ router, ...rig }, 'hi')).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    expect(cloud.calls).toBe(0);
    expect(contacts()).toBe(0);
  });

  test.each<[string, Partial<RoutingSettings>]>([
    ['a refusal', { cloudRefusal: { origin: 'environment: WOOSTER_LOCAL_ONLY' } }],
    ['the local-only class', { privacy: 'local-only', privacyOrigin: 'flag: --local-only' }],
  ])('%s of the cloud still wins', async (_what, routing) => {
    const { factory, local, contacts } = parts({ projects: PERMITTED }, routing);
    local.report = DOWN;
    await expect(factory.for('projects', NEVER)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    expect(contacts()).toBe(0);
  });
});

test('an explicit no of a purpose wins over the general permission', async () => {
  const refusal = { origin: 'config/local.json: embeddings.projects.fallbackToCloud' };
  const model = 'text-embedding-3-small';
  const embeddings = { projects: purposeSettings({ model, refusal }), userProfile: purposeSettings({ model }) };
  const { factory, contacts } = parts(embeddings, { cloudPermission: { origin: 'config: routing.cloud.allow' } });
  const failure = await factory.for('projects', NEVER).catch((error: unknown) => error);
  expect(String(failure)).toContain(`the call is local-only (${refusal.origin})`);
  expect(contacts()).toBe(0);
});
