import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { OPENAI_EMBEDDERS } from '../../plugins/cloud-models/common/cloud-catalogue.ts';
import { openai } from '../../plugins/cloud-models/clouds.ts';
import { LOCAL_EMBEDDERS } from '../../plugins/local-model/catalogue/embedders.ts';
import { ollama } from '../../plugins/local-model/providers/presets/ollama.ts';
import { openAICompatible } from '../../plugins/local-model/providers/presets/openai-compatible.ts';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  createEmbeddingsFactory,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  EMBEDDERS,
  FILTERS,
  PROVIDERS,
  Secret,
  spaceFilter,
  STRATEGIES,
  type HostSettings,
  type ProviderEntry,
} from '../../src/index.ts';
import { createMemoryState } from '../../src/kernel/state/memory-state.ts';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { MovableClock } from '../routing/doubles/movable-clock.ts';
import { CollectedLog, ListedExtensions, NEVER, routingSettings } from '../routing/doubles/rig.ts';
import { purposeSettings } from './embedding-rig.ts';

const MODEL = { id: 'all-minilm:latest', capabilities: ['embedding' as const], dimensions: 384, contextLength: 256 };
const OPTIONS = { dialect: 'ollama', models: [MODEL] } as const;
const LIMITS = { connectMs: 500, loadMs: 2_000, firstTokenMs: 2_000, idleMs: 2_000, totalMs: 5_000 };

let one: FakeModelServer;
let two: FakeModelServer;
let other: FakeModelServer;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [one, two, other] = await Promise.all([
    startFakeModelServer({ ...OPTIONS, models: [MODEL] }),
    startFakeModelServer({ ...OPTIONS, models: [MODEL] }),
    startFakeModelServer({ dialect: 'openai', models: [MODEL] }),
  ]);
});
beforeEach(async () => {
  await Promise.all([one, two].map((server) => server.reset({ ...OPTIONS, models: [MODEL] })));
  await other.reset({ dialect: 'openai', models: [{ ...MODEL, id: 'all-minilm' }] });
});
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});
afterAll(() => Promise.all([one, two, other].map((server) => server.stop())));

function entry(id: string, kind: string, server: FakeModelServer, change: Partial<ProviderEntry> = {}): ProviderEntry {
  const base = { isEnabled: true, isDeclaredLocal: true, priority: 10, options: {}, origin: 'a test' };
  return { id, kind, baseUrl: server.url, ...base, ...change };
}

/** A cloud by its kind, although the fake listens here. */
function cloud(): ProviderEntry {
  const apiKey = new Secret('sk-test');
  return entry('openai', 'openai', other, { isDeclaredLocal: false, apiKey, model: 'gpt-4o-mini' });
}

function open(providers: readonly ProviderEntry[], embeddings: Partial<HostSettings['embeddings']> = {}) {
  const purpose = purposeSettings({ model: 'sentence-transformers/all-MiniLM-L6-v2' });
  const settings = {
    routing: routingSettings({ limits: LIMITS }),
    providers,
    embeddings: { projects: purpose, userProfile: purpose, ...embeddings },
  } as unknown as HostSettings;
  const extensions = new ListedExtensions();
  extensions.put(PROVIDERS, [ollama, openAICompatible, openai]);
  extensions.put(FILTERS, [...BUILT_IN_FILTERS, spaceFilter]);
  extensions.put(STRATEGIES, BUILT_IN_STRATEGIES);
  extensions.put(EMBEDDERS, [...LOCAL_EMBEDDERS, ...OPENAI_EMBEDDERS]);
  const state = createMemoryState();
  const parts = { settings, extensions, state, clock: new MovableClock(), log: new CollectedLog() };
  const router = createModelRouter({ ...parts, permits: createPermitOffice(), createHttp: createGuardedHttp });
  undo.push(() => router.dispose());
  return { factory: createEmbeddingsFactory({ ...parts, router }), router, state };
}

const texts = Array.from({ length: 60 }, (_, number) => `passage number ${number} about topic ${number % 7}`);

/** Texts of the requests for vectors that a server answered. */
async function answered(server: FakeModelServer): Promise<string[]> {
  const requests = await server.requests(200);
  return requests
    .filter(({ path, status, outcome }) => /embed/.test(path) && status === 200 && outcome === 'answered')
    .flatMap(({ body }) => (body as { input: string[] }).input);
}

describe('embeddings over servers', () => {
  test('go in batches and come back in order, each request within what the server takes', async () => {
    const { factory } = open([entry('ollama', 'ollama', one)]);
    const embeddings = await factory.for('projects', NEVER);
    expect(embeddings.space).toMatchObject({ dimensions: 384, quantization: 'q4_1' });
    await one.forget();
    const vectors = await embeddings.embed(texts, { role: 'document', signal: NEVER });
    const again = await Promise.all([texts[0]!, texts[59]!].map((text) => embeddings.embedQuery(text)));
    expect([[...vectors[0]!], [...vectors[59]!]]).toEqual(again);
    const sizes = (await one.requests(200)).map(({ body }) => (body as { input: string[] }).input.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(embeddings.limits.inputs);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(62);
  });

  test('go on at the other server of the same space when one dies in the middle, and give the same vectors', async () => {
    const { factory, state } = open([
      entry('ollama', 'ollama', one, { priority: 1 }),
      entry('second', 'ollama', two, { priority: 2 }),
      entry('elsewhere', 'openai-compatible', other, { priority: 3 }),
    ]);
    const embeddings = await factory.for('projects', NEVER);
    await one.forget();
    await one.script([{ match: { path: '/api/embed', skip: 3 }, fault: { kind: 'refuse' } }]);
    const vectors = await embeddings.embed(texts, { role: 'document', signal: NEVER });
    const [atOne, atTwo, elsewhere] = await Promise.all([answered(one), answered(two), answered(other)]);
    expect(atOne.length).toBeGreaterThan(0);
    expect([...atOne, ...atTwo].toSorted()).toEqual(texts.toSorted());
    expect(elsewhere).toEqual([]);
    const alone = await open([entry('second', 'ollama', two)]).factory.for('projects', NEVER);
    expect(alone.space.spaceId).toBe(embeddings.space.spaceId);
    expect(await alone.embed(texts, { role: 'document', signal: NEVER })).toEqual(vectors);
    const failed = state.decisions.list().flatMap(({ attempts }) => attempts.filter(({ error }) => error));
    expect(failed.map(({ ref, error }) => `${ref} ${error?.code}`)).toEqual(['ollama:all-minilm:latest E_UNREACHABLE']);
  });

  test('never go to a server of another space, although its vectors are as long', async () => {
    const { factory } = open([
      entry('ollama', 'ollama', one, { priority: 1 }),
      entry('elsewhere', 'openai-compatible', other, { priority: 2 }),
    ]);
    const embeddings = await factory.for('projects', NEVER);
    await one.kill();
    await expect(embeddings.embed(texts, { role: 'document', signal: NEVER })).rejects.toMatchObject({
      code: 'E_UNREACHABLE',
    });
    expect(await answered(other)).toEqual([]);
    const next = await factory.for('projects', NEVER);
    expect(next.space.dimensions).toBe(embeddings.space.dimensions);
    expect(next.space.spaceId).not.toBe(embeddings.space.spaceId);
    one = await startFakeModelServer({ ...OPTIONS, models: [MODEL] });
  });

  describe('of a purpose that a cloud may serve', () => {
    const SMALL = { id: 'text-embedding-3-small', capabilities: ['embedding' as const], dimensions: 1536 };
    const permission = { origin: 'config/local.json: embeddings.projects.fallbackToCloud' };
    const permitted = purposeSettings({ model: 'all-minilm', fallbackToCloud: true, permission });
    test('go to the cloud in its own space when the local server is gone, and nothing else does', async () => {
      await other.reset({ dialect: 'openai', models: [SMALL, 'gpt-4o-mini'] });
      const { factory, router } = open([entry('ollama', 'ollama', one), cloud()], { projects: permitted });
      const local = await factory.for('projects', NEVER);
      await local.embed(texts, { role: 'document', signal: NEVER });
      expect(await other.requests()).toEqual([]);
      await one.refuse();
      await expect(local.embedQuery('gone')).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
      await expect(factory.for('userProfile', NEVER)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
      await expect((await router.model()).invoke('hi')).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
      expect(await other.requests()).toEqual([]);
      const fallback = await factory.for('projects', NEVER);
      expect(fallback.space).toMatchObject({ name: 'text-embedding-3-small', dimensions: 1536 });
      await expect(fallback.embedDocuments(['kept', 'apart'])).resolves.toHaveLength(2);
      const sent = await other.requests(200);
      expect(new Set(sent.map(({ path }) => path))).toEqual(new Set(['/v1/embeddings']));
      await one.listen();
      await router.refresh(NEVER);
      expect(await factory.for('projects', NEVER)).toBe(local);
    });

    test('stay here without the permission: the cloud gets no request at all', async () => {
      await other.reset({ dialect: 'openai', models: [SMALL, 'gpt-4o-mini'] });
      const { factory } = open([entry('ollama', 'ollama', one), cloud()]);
      const local = await factory.for('projects', NEVER);
      await one.refuse();
      await expect(local.embedQuery('gone')).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
      const failure = await factory.for('projects', NEVER).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'E_NO_ROUTE', message: expect.stringContaining('wooster setup') });
      await factory.status(NEVER);
      expect(await other.requests(200)).toEqual([]);
      await one.listen();
    });
  });

  test('of a length other than the configured one are refused with both', async () => {
    const projects = purposeSettings({ model: 'all-minilm', dimensions: 1024 });
    const { factory } = open([entry('ollama', 'ollama', one)], { projects });
    await expect(factory.for('projects', NEVER)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(/^embeddings\.projects\.dimensions is 1024 but .* answers 384; correct/),
    });
  });

  test.each(['zero-vectors', 'null-elements', 'quarter-dimensions', 'missing-rows'] as const)(
    'with %s are malformed, and nothing of the batch is kept',
    async (kind) => {
      const { factory } = open([entry('ollama', 'ollama', one)]);
      const embeddings = await factory.for('projects', NEVER);
      const faults = [{ kind }] as never;
      await one.script([{ match: { path: '/api/embed' }, faults }]);
      const call = embeddings.embed(texts.slice(0, 2), { role: 'document', signal: NEVER });
      await expect(call).rejects.toMatchObject({
        code: 'E_MALFORMED',
        message: expect.stringContaining('text 1 of 2'),
      });
      await one.script([]);
      await expect(embeddings.embed(texts.slice(0, 2), { role: 'document', signal: NEVER })).resolves.toHaveLength(2);
    },
  );
});
