import { describe, expect, test } from '@jest/globals';
import { NEVER } from '../routing/doubles/rig.ts';
import { embedder, embeddingRig, purposeSettings } from './embedding-rig.ts';

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

describe('the state of embeddings', () => {
  test('tells each model that embeds and the purposes it would serve, and asks no model anything', async () => {
    const ollama = embedder('ollama', [
      { id: 'all-minilm', dimensions: 8 },
      { id: 'nomic-embed-text', dimensions: 16 },
      { id: 'llama3.2:3b', dimensions: 3, canEmbed: false },
    ]);
    const { factory } = embeddingRig({
      providers: [ollama],
      embeddings: { userProfile: purposeSettings({ model: 'bge-m3' }) },
    });
    const { models, purposes } = await factory.status(NEVER);
    expect(models.map(({ ref, state, servesPurposes }) => ({ ref, state, servesPurposes }))).toEqual([
      { ref: 'ollama:all-minilm', state: 'ready', servesPurposes: ['projects'] },
      { ref: 'ollama:nomic-embed-text', state: 'ready', servesPurposes: [] },
    ]);
    expect(purposes).toMatchObject([
      { purpose: 'projects', isEnabled: true, model: 'mini', dimensions: 8, ref: 'ollama:all-minilm' },
      {
        purpose: 'userProfile',
        isEnabled: true,
        model: 'bge-m3',
        problem: expect.stringContaining('nothing serves bge-m3'),
      },
    ]);
    expect(ollama.provider.requests).toEqual([]);
  });

  test('tells which setting turned a purpose off', async () => {
    const off = purposeSettings({ isEnabled: false, disabledReason: 'disabled by config' });
    const { factory } = embeddingRig({ providers: [], embeddings: { projects: off } });
    const { purposes } = await factory.status(NEVER);
    expect(purposes[0]).toMatchObject({ isEnabled: false, problem: 'off: disabled by config' });
  });
});
