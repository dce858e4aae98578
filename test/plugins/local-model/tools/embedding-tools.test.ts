import { describe, expect, test } from '@jest/globals';
import {
  checkLocalEmbeddingHealth,
  listEmbeddingModels,
} from '../../../../plugins/local-model/tools/embeddings/embedding-tools.ts';
import type {
  EmbedderStatus,
  EmbeddingsFactory,
  PurposeStatus,
  ToolContext,
  ToolResult,
} from '../../../../src/index.ts';
import { embeddingsFactoryDouble } from '../../../doubles/embeddings-double.ts';

const facts = {
  name: 'BAAI/bge-m3',
  dimensions: 1024,
  maxTokens: 8192,
  pooling: 'cls',
  isNormalized: true,
  queryPrefix: '',
  documentPrefix: '',
  quantization: 'f16',
  shorterDimensions: [],
} as const;
const model: EmbedderStatus = {
  ref: 'ollama:bge-m3:latest',
  targetId: 'ollama@127.0.0.1:11434/bge-m3',
  locality: 'local',
  facts,
  state: 'ready',
  servesPurposes: ['projects'],
};
const projects: PurposeStatus = {
  purpose: 'projects',
  isEnabled: true,
  model: 'bge-m3',
  dimensions: 1024,
  fallbackToCloud: false,
  ref: 'ollama:bge-m3:latest',
};
const profile: PurposeStatus = {
  purpose: 'userProfile',
  isEnabled: true,
  model: 'e5-small-v2',
  fallbackToCloud: false,
  problem: 'nothing serves e5-small-v2: no provider is configured',
};

type Status = Awaited<ReturnType<EmbeddingsFactory['status']>>;

function portsOf(status: Status): { embeddings: () => EmbeddingsFactory } {
  return { embeddings: () => ({ ...embeddingsFactoryDouble(), status: () => Promise.resolve(status) }) };
}

const context = { signal: new AbortController().signal } as unknown as ToolContext;

function check(status: Status, args: Record<string, unknown> = {}): Promise<ToolResult> {
  return checkLocalEmbeddingHealth(portsOf(status)).run(args, context);
}

function list(models: readonly EmbedderStatus[]): Promise<ToolResult> {
  return listEmbeddingModels(portsOf({ models, purposes: [] })).run({}, context);
}

describe('check_local_embedding_health', () => {
  test('tells what serves each purpose, and what to do about the others', async () => {
    const { text, data } = await check({ models: [model], purposes: [projects, profile] });
    expect(text.split('\n')).toEqual([
      'projects: ready: bge-m3, 1024 numbers, served by ollama:bge-m3:latest',
      expect.stringMatching(
        /^userProfile: missing: nothing serves e5-small-v2: .*; start a server that has e5-small-v2, .*\(BAAI\/bge-m3\)$/,
      ),
    ]);
    expect(data).toMatchObject({ purposes: [{ state: 'ready' }, { state: 'missing' }] });
  });

  test('says of one purpose only, and when a cloud serves it', async () => {
    const cloud = { ...model, ref: 'openai:text-embedding-3-small', locality: 'cloud' } as const;
    const { text } = await check(
      { models: [cloud], purposes: [{ ...projects, ref: cloud.ref }, profile] },
      { purpose: 'projects' },
    );
    expect(text).toBe('projects: ready: bge-m3, 1024 numbers, served by openai:text-embedding-3-small in a cloud');
  });
});

describe('list_embedding_models', () => {
  test('lists each model with what it is and what it serves', async () => {
    const { text, data } = await list([model, { ...model, ref: 'llamacpp:x', state: 'down', servesPurposes: [] }]);
    expect(text.split('\n')).toEqual([
      'ollama:bge-m3:latest (BAAI/bge-m3, 1024 numbers, 8192 tokens a text, local, ready, serves projects)',
      'llamacpp:x (BAAI/bge-m3, 1024 numbers, 8192 tokens a text, local, down)',
    ]);
    expect(data).toMatchObject({ models: [{ ref: 'ollama:bge-m3:latest' }, { state: 'down' }] });
  });

  test('says what to do when there is none', async () => {
    expect((await list([])).text).toMatch(/wooster setup/);
  });
});
