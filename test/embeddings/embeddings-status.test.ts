import { describe, expect, test } from '@jest/globals';
import { NEVER } from '../routing/doubles/rig.ts';
import { embedder, embeddingRig, purposeSettings } from './embedding-rig.ts';

describe('a wanted model of a cloud', () => {
  test.each(['text-embedding-3-small', 'openai:text-embedding-3-small'])(
    'written %s is asked by name, with the permission of the purpose alone',
    async (model) => {
      const cloud = embedder('openai', [{ id: 'text-embedding-3-small', dimensions: 12 }], {
        locality: 'cloud',
        model: 'gpt-4o-mini',
      });
      const permission = { origin: 'config: embeddings.projects.fallbackToCloud' };
      const projects = purposeSettings({ model, permission, fallbackToCloud: true });
      const { factory } = embeddingRig({ providers: [cloud], embeddings: { projects } });
      const embeddings = await factory.for('projects', NEVER);
      expect(embeddings.space).toMatchObject({ name: 'text-embedding-3-small', dimensions: 12 });
      expect(embeddings.locality).toBe('cloud');
      expect(await factory.ofSpace(embeddings.space, 'projects', NEVER)).toBe(embeddings);
      expect(cloud.provider.lists + cloud.provider.probes).toBe(0);
      await expect(factory.for('userProfile', NEVER)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    },
  );
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
