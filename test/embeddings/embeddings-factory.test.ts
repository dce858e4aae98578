import { describe, expect, test } from '@jest/globals';
import { spaceOf } from '../../src/index.ts';
import { NEVER } from '../routing/doubles/rig.ts';
import { embedder, embeddingRig, purposeSettings } from './embedding-rig.ts';

const FACTS = {
  name: 'any',
  pooling: 'unknown',
  isNormalized: false,
  queryPrefix: '',
  documentPrefix: '',
  quantization: 'unknown',
  shorterDimensions: [],
} as const;
const DOWN = { state: 'down', latencyMs: 1, detail: 'connection refused', code: 'E_UNREACHABLE' } as const;

describe('the embeddings of a purpose', () => {
  test('are those of the wanted model, whatever its server calls it, in the space that the catalogue says', async () => {
    const ollama = embedder('ollama', [
      { id: 'llama3.2:3b', dimensions: 3 },
      { id: 'all-minilm:latest', digest: 'a'.repeat(64), quantization: 'F16', dimensions: 8 },
    ]);
    const { factory } = embeddingRig({ providers: [ollama] });
    const embeddings = await factory.for('projects', NEVER);
    expect(embeddings.space).toMatchObject({
      name: 'sentence-transformers/all-MiniLM-L6-v2',
      weights: `sha256:${'a'.repeat(64)}`,
      dimensions: 8,
      quantization: 'f16',
    });
    expect(embeddings.locality).toBe('local');
    await expect(embeddings.embedQuery('hello')).resolves.toHaveLength(8);
    expect(await factory.for('projects', NEVER)).toBe(embeddings);
  });

  test('are refused with both lengths when the configured one is another', async () => {
    const ollama = embedder('ollama', [{ id: 'all-minilm', dimensions: 8 }]);
    const { factory } = embeddingRig({
      providers: [ollama],
      embeddings: { projects: purposeSettings({ dimensions: 1024 }) },
    });
    await expect(factory.for('projects', NEVER)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message:
        'embeddings.projects.dimensions is 1024 but sentence-transformers/all-MiniLM-L6-v2 at ' +
        'ollama@127.0.0.1:8006/all-minilm answers 8; correct embeddings.projects.dimensions, or choose another embeddings.projects.model',
    });
  });

  test('say every reason and what helps when nothing serves them', async () => {
    const ollama = embedder('ollama', [{ id: 'nomic-embed-text', dimensions: 16 }]);
    const lmstudio = embedder('lmstudio', [{ id: 'all-minilm', dimensions: 8 }]);
    lmstudio.provider.report = DOWN;
    const { factory } = embeddingRig({ providers: [ollama, lmstudio] });
    const failure = await factory.for('projects', NEVER).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'E_NO_ROUTE' });
    expect(String(failure)).toContain('is another model: nomic-ai/nomic-embed-text-v1.5');
    expect(String(failure)).toContain('connection refused');
    expect(String(failure)).toContain('wooster setup');
  });

  test('are off with the setting that says so', async () => {
    const disabledReason = 'disabled by flag: --no-embeddings';
    const { factory } = embeddingRig({
      providers: [],
      embeddings: { projects: purposeSettings({ isEnabled: false, disabledReason }) },
    });
    await expect(factory.for('projects', NEVER)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: `embeddings of projects are off: ${disabledReason}; set embeddings.projects.enabled: true`,
    });
  });

  test('are cut to the configured length where the model was trained for it', async () => {
    const ollama = embedder('ollama', [{ id: 'nomic-embed-text:latest', dimensions: 16 }]);
    ollama.provider.answer = (vectors) => vectors.map((vector) => vector.slice(0, 8));
    const { factory } = embeddingRig({
      providers: [ollama],
      embeddings: { projects: purposeSettings({ model: 'nomic-embed-text', dimensions: 8 }) },
    });
    const embeddings = await factory.for('projects', NEVER);
    expect(embeddings.space).toMatchObject({ dimensions: 8, queryPrefix: 'search_query: ' });
    await expect(embeddings.embedQuery('a')).resolves.toHaveLength(8);
    expect(ollama.provider.contexts.at(-1)).toMatchObject({ dimensions: 8, embedder: { dimensions: 16 } });
  });

  test('are not made by a server that has another model under the wanted name', async () => {
    const wrong = embedder('ollama', [{ id: 'all-minilm', dimensions: 768 }], { priority: 1 });
    const right = embedder('lmstudio', [{ id: 'all-minilm', dimensions: 8 }], { priority: 2 });
    const alone = embeddingRig({ providers: [wrong] }).factory.for('projects', NEVER);
    await expect(alone).rejects.toMatchObject({
      code: 'E_CAPABILITY',
      message: expect.stringContaining(
        'its vectors have 768 numbers, those of sentence-transformers/all-MiniLM-L6-v2 have 8',
      ),
    });
    wrong.provider.requests.splice(0);
    const { factory } = embeddingRig({ providers: [wrong, right] });
    const embeddings = await factory.for('projects', NEVER);
    await expect(embeddings.embedQuery('a')).resolves.toHaveLength(8);
    expect(right.provider.requests.at(-1)).toMatchObject({ texts: ['a'] });
    expect(wrong.provider.requests).toHaveLength(1);
  });

  test('are those of a model that no catalogue knows, by the name its server gives it', async () => {
    const ollama = embedder('ollama', [{ id: 'my-own:latest', dimensions: 5, canEmbed: true }]);
    const { factory } = embeddingRig({
      providers: [ollama],
      embeddings: { projects: purposeSettings({ model: 'my-own' }) },
    });
    const { space } = await factory.for('projects', NEVER);
    expect(space).toMatchObject({ name: 'my-own', weights: 'my-own', dimensions: 5, pooling: 'unknown' });
  });

  test('come from the server that was configured for the purpose, and no other purpose gets to it', async () => {
    const shared = embedder('ollama', [{ id: 'all-minilm', dimensions: 8 }], { priority: 20 });
    const own = embedder('embeddings-projects', [{ id: 'all-minilm', dimensions: 8, quantization: 'q8_0' }], {
      priority: 5,
      tasks: ['embed'],
      purposes: ['projects'],
    });
    const { factory, router } = embeddingRig({ providers: [shared, own] });
    const projects = await factory.for('projects', NEVER);
    const profile = await factory.for('userProfile', NEVER);
    expect([projects.space.quantization, profile.space.quantization]).toEqual(['q8_0', 'unknown']);
    shared.provider.report = DOWN;
    await router.refresh(NEVER);
    await expect(factory.for('userProfile', NEVER)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    const texts = own.provider.requests.splice(0);
    expect(texts.flatMap((request) => request.texts)).toEqual(['dimensions']);
  });

  test('from a server that nobody declared to be theirs say how to declare it', async () => {
    const own = embedder('embeddings', [{ id: 'mini', dimensions: 8 }], {
      locality: 'undeclared',
      baseUrl: 'http://127.0.0.1:8200',
      model: 'mini',
      tasks: ['embed'],
    });
    const { factory } = embeddingRig({ providers: [own] });
    const advice = 'set embeddings.declaredLocal: true if http://127.0.0.1:8200 is on a machine of yours';
    await expect(factory.for('projects', NEVER)).rejects.toMatchObject({ message: expect.stringContaining(advice) });
    const { purposes } = await factory.status(NEVER);
    expect(purposes[0]?.problem).toContain(advice);
    expect(own.provider.requests).toEqual([]);
  });

  test('record their space once, for the next process', async () => {
    const ollama = embedder('ollama', [{ id: 'all-minilm', dimensions: 8 }]);
    const { factory, state } = embeddingRig({ providers: [ollama] });
    const { space } = await factory.for('projects', NEVER);
    await factory.for('projects', NEVER);
    expect(state.spaces.list()).toEqual([{ space, purpose: 'projects', usedAt: expect.any(Number) }]);
  });

  test('are a mismatch where the id of their space is recorded with another identity', async () => {
    const ollama = embedder('ollama', [{ id: 'all-minilm', dimensions: 8 }]);
    const { factory, makeFactory, state } = embeddingRig({ providers: [ollama] });
    const { space } = await factory.for('projects', NEVER);
    state.spaces.record({ space: { ...space, dimensions: 9 }, purpose: 'userProfile', usedAt: Date.now() + 1_000 });
    await expect(makeFactory().for('projects', NEVER)).rejects.toMatchObject({
      code: 'E_STORE_MISMATCH',
      message: expect.stringContaining('with 9 numbers, but sentence-transformers/all-MiniLM-L6-v2 makes'),
    });
  });
});

describe('a space that a purpose used before', () => {
  test('is waited for when its server is slow to tell its models, so that no store is embedded anew', async () => {
    const slow = embedder('ollama', [{ id: 'all-minilm', digest: 'a'.repeat(64), dimensions: 8 }], { priority: 1 });
    const quick = embedder('lmstudio', [{ id: 'all-minilm', dimensions: 8 }], { priority: 2 });
    const first = embeddingRig({ providers: [slow, quick] });
    const { space } = await first.factory.for('projects', NEVER);
    expect(space.weights).toBe(`sha256:${'a'.repeat(64)}`);
    const { resolve, promise } = Promise.withResolvers<void>();
    slow.provider.probeGate = promise;
    const later = embeddingRig({ providers: [slow, quick], state: first.state });
    setTimeout(resolve, 700);
    expect((await later.factory.for('projects', NEVER)).space.spaceId).toBe(space.spaceId);
  });

  test('is no longer used when the server has it no more, and then is not waited for again', async () => {
    const server = embedder('ollama', [{ id: 'all-minilm', digest: 'a'.repeat(64), dimensions: 8 }]);
    const first = embeddingRig({ providers: [server] });
    const old = await first.factory.for('projects', NEVER);
    const fresh = embedder('ollama', [{ id: 'all-minilm', digest: 'b'.repeat(64), dimensions: 8 }]);
    const later = embeddingRig({ providers: [fresh], state: first.state });
    const now = await later.factory.for('projects', NEVER);
    expect(now.space.weights).toBe(`sha256:${'b'.repeat(64)}`);
    await expect(later.factory.ofSpace(old.space, 'projects', NEVER)).resolves.toBeUndefined();
    const looks = fresh.provider.probes;
    await later.factory.for('projects', NEVER);
    await later.factory.ofSpace(old.space, 'projects', NEVER);
    expect(fresh.provider.probes).toBe(looks);
  });

  test('is found for a search without becoming what the purpose uses', async () => {
    const mini = embedder('ollama', [
      { id: 'all-minilm', digest: 'a'.repeat(64), dimensions: 8 },
      { id: 'all-minilm-l6-v2-q8_0', dimensions: 8 },
    ]);
    const rig = embeddingRig({ providers: [mini] });
    const primary = await rig.factory.for('projects', NEVER);
    const other = spaceOf({ ...rig.router.status().targets[1]!.model.embedder!.value, dimensions: 8 }, 8);
    const found = await rig.factory.ofSpace(other, 'projects', NEVER);
    expect(found?.space.spaceId).toBe(other.spaceId);
    await expect(found?.embedQuery('a')).resolves.toHaveLength(8);
    expect((await rig.makeFactory().for('projects', NEVER)).space).toEqual(primary.space);
  });

  test('is not served by a model of unknown length that turns out to make other vectors', async () => {
    const own = embedder('ollama', [{ id: 'my-own', dimensions: 5, canEmbed: true }]);
    const { factory } = embeddingRig({
      providers: [own],
      embeddings: { projects: purposeSettings({ model: 'my-own' }) },
    });
    const { space } = await factory.for('projects', NEVER);
    const longer = spaceOf({ ...FACTS, name: 'my-own' }, 7);
    expect(longer.spaceId).not.toBe(space.spaceId);
    await expect(factory.ofSpace(longer, 'projects', NEVER)).resolves.toBeUndefined();
  });
});
