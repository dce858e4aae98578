import { describe, expect, test } from '@jest/globals';
import type { EmbedderEntry, ModelInfo } from '../../src/index.ts';
import { addEmbedderFacts, embedderFactsOf, findEmbedder, isSameEmbedder } from '../../src/kernel/embedder-facts.ts';

const MINI: EmbedderEntry = {
  id: 'sentence-transformers/all-MiniLM-L6-v2',
  matches: ['all-minilm', 'all-minilm:22m'],
  source: 'test',
  date: '2026-11-21',
  dimensions: 384,
  maxTokens: 512,
  ggufMaxTokens: 256,
  pooling: 'mean',
  isNormalized: true,
  queryPrefix: '',
  documentPrefix: '',
  prices: [{ unit: 'input-token', quantity: 1_000_000, usd: 0.02 }],
};
const TWELVE: EmbedderEntry = { ...MINI, id: 'sentence-transformers/all-MiniLM-L12-v2', matches: ['all-minilm:33m'] };
const NOMIC: EmbedderEntry = { ...MINI, id: 'nomic-ai/nomic-embed-text-v1.5', matches: ['nomic-embed-text*'] };
const QWEN: EmbedderEntry = { ...MINI, id: 'Qwen/Qwen3-Embedding-0.6B', matches: ['qwen3-embedding:0.6b'] };
const SMALL: EmbedderEntry = { ...MINI, id: 'text-embedding-3-small', matches: [] };
const ENTRIES = [MINI, TWELVE, NOMIC, QWEN, SMALL];

function model(modelId: string, change: Partial<ModelInfo> = {}): ModelInfo {
  return {
    ref: `local:${modelId}`,
    providerId: 'local',
    modelId,
    capabilities: {},
    locality: { value: 'local', origin: 'config' },
    ...change,
  };
}

describe('the name of an embedding model', () => {
  test.each([
    ['all-minilm', MINI],
    ['all-minilm:latest', MINI],
    ['all-minilm:22m', MINI],
    ['all-minilm:33m', TWELVE],
    ['sentence-transformers/all-MiniLM-L6-v2', MINI],
    ['Xenova/all-MiniLM-L6-v2', MINI],
    ['text-embedding-all-minilm-l6-v2-embedding', undefined],
    ['text-embedding-all-minilm-l6-v2', MINI],
    ['second-state/All-MiniLM-L6-v2-GGUF', MINI],
    ['/models/all-MiniLM-L6-v2-Q8_0.gguf', MINI],
    ['C:\\models\\all-MiniLM-L6-v2.f16.gguf', MINI],
    ['all-MiniLM-L6-v2-q4_k_m', MINI],
    ['mlx-community/all-MiniLM-L6-v2-4bit', MINI],
    ['text-embedding-nomic-embed-text-v1.5', NOMIC],
    ['nomic-embed-text:v1.5', NOMIC],
    ['qwen3-embedding:0.6b', QWEN],
    ['qwen3-embedding:8b', undefined],
    ['text-embedding-3-small', SMALL],
    ['llama3.2:3b', undefined],
  ])('%s is found in every spelling that servers use', (name, entry) => {
    expect(findEmbedder(name, ENTRIES)?.id).toBe(entry?.id);
  });

  test('is the same but for tag, publisher and build, never for another size', () => {
    expect(isSameEmbedder('me/my-model:latest', 'my-model-q8_0.gguf')).toBe(true);
    expect(isSameEmbedder('my-model:33m', 'my-model:22m')).toBe(false);
  });
});

describe('what is known of an embedding model', () => {
  test('joins the catalogue with the digest and the build that the server tells', () => {
    const told = model('all-minilm:latest', {
      digest: { value: 'a'.repeat(64), origin: 'server' },
      quantization: { value: 'F16', origin: 'server' },
    });
    expect(embedderFactsOf(told, ENTRIES)).toEqual({
      name: 'sentence-transformers/all-MiniLM-L6-v2',
      digest: `sha256:${'a'.repeat(64)}`,
      dimensions: 384,
      maxTokens: 256,
      pooling: 'mean',
      isNormalized: true,
      queryPrefix: '',
      documentPrefix: '',
      quantization: 'f16',
      shorterDimensions: [],
    });
  });

  test.each([
    ['all-MiniLM-L6-v2', 'unknown', 512],
    ['all-MiniLM-L6-v2-Q8_0.gguf', 'q8_0', 256],
    ['all-MiniLM-L6-v2-int8', 'int8', 512],
  ])('reads the build from the name %s where nobody tells it', (name, quantization, maxTokens) => {
    expect(embedderFactsOf(model(name), ENTRIES)).toMatchObject({ quantization, maxTokens });
  });

  test('reads no more of a text than the server does', () => {
    const narrow = model('all-minilm', { contextTokens: { value: 128, origin: 'server' } });
    expect(embedderFactsOf(narrow, ENTRIES)).toMatchObject({ maxTokens: 128 });
  });

  test('is the bare name where only the server says that it embeds, and nothing where nobody does', () => {
    const embeds = model('my-own:latest', { capabilities: { embed: { value: true, origin: 'server' } } });
    expect(embedderFactsOf(embeds, ENTRIES)).toMatchObject({ name: 'my-own', pooling: 'unknown', queryPrefix: '' });
    expect(embedderFactsOf(model('my-own'), ENTRIES)).toBeUndefined();
  });

  test('of its own provider is kept as it is', () => {
    const value = { ...embedderFactsOf(model('all-minilm'), ENTRIES)!, digest: 'sha256:own' };
    const own = model('all-minilm', { embedder: { value, origin: 'measured' } });
    expect(addEmbedderFacts(own, ENTRIES).embedder).toEqual({ value, origin: 'measured' });
  });

  test('takes the length of vectors from the catalogue, so that a server that normalises all has no space of its own', () => {
    const value = { ...embedderFactsOf(model('all-minilm'), ENTRIES)!, isNormalized: false };
    const told = model('some-folder', { embedder: { value, origin: 'server' } });
    expect(embedderFactsOf(told, ENTRIES)).toEqual({ ...value, isNormalized: true });
    const unknown = { ...value, name: 'my-own' };
    expect(embedderFactsOf(model('x', { embedder: { value: unknown, origin: 'server' } }), ENTRIES)).toEqual(unknown);
  });

  test('says that it embeds, unless the server says otherwise, and what it costs', () => {
    const joined = addEmbedderFacts(model('all-minilm'), ENTRIES);
    expect(joined.capabilities.embed).toEqual({ value: true, origin: 'catalogue' });
    const dated = MINI.prices?.map((price) => ({ ...price, asOf: MINI.date }));
    expect(joined.prices).toEqual({ value: dated, origin: 'catalogue' });
    const refused = model('all-minilm', { capabilities: { embed: { value: false, origin: 'server' } } });
    expect(addEmbedderFacts(refused, ENTRIES).capabilities.embed?.value).toBe(false);
    expect(addEmbedderFacts(model('llama3.2'), ENTRIES)).toEqual(model('llama3.2'));
  });
});

test('of two patterns the longer names a model more closely, in whatever order they come', () => {
  const [short, long] = [
    { ...MINI, id: 'maker/short', matches: ['wide-embed*'] },
    { ...MINI, id: 'maker/long', matches: ['wide-embed-large*'] },
  ];
  for (const entries of [
    [short, long],
    [long, short],
  ]) {
    expect(findEmbedder('wide-embed-large-v2', entries)?.id).toBe('maker/long');
    expect(findEmbedder('wide-embed-v2', entries)?.id).toBe('maker/short');
    expect(findEmbedder('other', entries)).toBeUndefined();
  }
});
