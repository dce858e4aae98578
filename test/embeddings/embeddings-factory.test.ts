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
});
