import { describe, expect, test } from '@jest/globals';
import type { EmbedderStatus, PurposeStatus } from '../../../../src/index.ts';
import { createRig } from './rig.ts';

const MINILM = 'sentence-transformers/all-MiniLM-L6-v2';

const embedder = (changes: Partial<EmbedderStatus> = {}): EmbedderStatus => ({
  ref: 'embedded:all-minilm-l6-v2',
  targetId: 'embedded/all-minilm-l6-v2',
  locality: 'local',
  facts: {
    name: MINILM,
    dimensions: 384,
    maxTokens: 256,
    pooling: 'mean',
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    quantization: 'int8',
    shorterDimensions: [],
  },
  state: 'ready',
  servesPurposes: ['projects'],
  ...changes,
});

const served: PurposeStatus = {
  purpose: 'projects',
  isEnabled: true,
  model: MINILM,
  dimensions: 384,
  fallbackToCloud: false,
  ref: 'embedded:all-minilm-l6-v2',
};
const missing: PurposeStatus = {
  purpose: 'userProfile',
  isEnabled: true,
  model: 'BAAI/bge-m3',
  fallbackToCloud: false,
  problem: 'nothing serves BAAI/bge-m3: no provider is configured',
};

describe('embeddings in health-check', () => {
  test('show what serves each purpose, and what to do about one that nothing serves', async () => {
    const rig = createRig({ embeddings: { models: [embedder()], purposes: [served, missing] } });
    const { text, exitCode, result } = await rig.run('health-check');
    expect(text).toMatch(/projects +sentence-transformers\/all-MiniLM-L6-v2 +384 +embedded:all-minilm-l6-v2 +ready/);
    expect(text).toMatch(/userProfile +BAAI\/bge-m3 +- +- +missing/);
    expect(text).toMatch(/→ start a server that has BAAI\/bge-m3.*embeddings\.userProfile\.model.*all-MiniLM-L6-v2/s);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      embeddings: {
        purposes: [
          { purpose: 'projects', servedBy: 'embedded:all-minilm-l6-v2', state: 'ready' },
          { purpose: 'userProfile', state: 'missing', remedy: expect.stringContaining('wooster setup') },
        ],
        models: [{ model: 'embedded:all-minilm-l6-v2', name: MINILM, maxTokens: 256, serves: ['projects'] }],
      },
    });
  });

  test('take the state of the model that would serve, and name the setting that turned a purpose off', async () => {
    const off: PurposeStatus = { ...missing, isEnabled: false, problem: 'off: disabled by config/local.json' };
    const rig = createRig({ embeddings: { models: [embedder({ state: 'loading' })], purposes: [served, off] } });
    const { text, result } = await rig.run('health-check');
    expect(text).toMatch(/all-minilm-l6-v2 +loading/);
    expect(text).toContain('userProfile: off: disabled by config/local.json');
    expect(text).not.toContain('→ start a server');
    expect(result).toMatchObject({ embeddings: { purposes: [{ state: 'loading' }, { state: 'off' }] } });
  });

  test('change nothing of whether a conversation can run', async () => {
    const rig = createRig({ models: [], embeddings: { models: [embedder()], purposes: [served] } });
    expect((await rig.run('health-check')).exitCode).toBe(69);
  });
});
