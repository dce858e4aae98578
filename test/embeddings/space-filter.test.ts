import { describe, expect, test } from '@jest/globals';
import type { Candidate, EmbedderFacts, ModelInfo, RouteNeeds, RouteRequest } from '../../src/index.ts';
import { LOCAL_PRINCIPAL, spaceFilter, spaceOf } from '../../src/index.ts';

const FACTS: EmbedderFacts = {
  name: 'nomic-ai/nomic-embed-text-v1.5',
  dimensions: 768,
  pooling: 'mean',
  isNormalized: true,
  queryPrefix: 'search_query: ',
  documentPrefix: 'search_document: ',
  quantization: 'f16',
  shorterDimensions: [512, 256],
};

function candidate(facts: EmbedderFacts | undefined, change: Partial<ModelInfo> = {}): Candidate {
  const model: ModelInfo = {
    ref: 'ollama:m',
    providerId: 'ollama',
    modelId: 'm',
    capabilities: {},
    locality: { value: 'local', origin: 'config' },
    embedder: facts && { value: facts, origin: 'catalogue' },
    ...change,
  };
  const health = { state: 'ready', ageMs: 0 } as const;
  return {
    ref: model.ref,
    targetId: 'ollama/m',
    providerId: 'ollama',
    model,
    health,
    priority: 1,
    isConfigured: false,
  };
}

function embed(needs: RouteNeeds): RouteRequest {
  return { task: 'embed', needs, privacy: 'any', principal: LOCAL_PRINCIPAL };
}

function reasonFor(facts: EmbedderFacts | undefined, needs: RouteNeeds): string | undefined {
  return spaceFilter.reject(candidate(facts), embed(needs))?.text;
}

describe('the filter of spaces', () => {
  test('says nothing of other tasks', () => {
    expect(spaceFilter.reject(candidate(undefined), { ...embed({}), task: 'chat' })).toBeUndefined();
  });

  test('rejects what is not known to embed, and leaves what cannot to the filter of capabilities', () => {
    expect(reasonFor(undefined, {})).toBe('is not known to make embeddings');
    const cannot = candidate(undefined, { capabilities: { embed: { value: false, origin: 'server' } } });
    expect(spaceFilter.reject(cannot, embed({}))).toBeUndefined();
  });

  test('rejects another model by name', () => {
    expect(reasonFor(FACTS, { embedder: 'BAAI/bge-m3' })).toBe(
      'is another model: nomic-ai/nomic-embed-text-v1.5, wanted BAAI/bge-m3',
    );
    expect(reasonFor(FACTS, { embedder: 'nomic-ai/nomic-embed-text-v1.5' })).toBeUndefined();
  });

  test('passes only targets that make the space, by their own length or one they may be cut to', () => {
    const full = spaceOf(FACTS, 768).spaceId;
    const cut = spaceOf(FACTS, 256).spaceId;
    const odd = spaceOf(FACTS, 300).spaceId;
    expect(reasonFor(FACTS, { spaceId: full })).toBeUndefined();
    expect(reasonFor(FACTS, { spaceId: cut, dimensions: 256 })).toBeUndefined();
    expect(reasonFor(FACTS, { spaceId: cut })).toBe(
      'makes another space: nomic-ai/nomic-embed-text-v1.5, 768 numbers, quantization f16',
    );
    expect(reasonFor(FACTS, { spaceId: odd, dimensions: 300 })).toContain('makes another space');
  });

  test('takes the wanted length for a model whose own nobody knows, and no other', () => {
    const unknown = { ...FACTS, dimensions: undefined };
    expect(reasonFor(unknown, { spaceId: spaceOf(FACTS, 768).spaceId, dimensions: 768 })).toBeUndefined();
    expect(reasonFor(unknown, { spaceId: spaceOf(FACTS, 768).spaceId, dimensions: 512 })).toContain('512 numbers');
    expect(reasonFor(unknown, { spaceId: spaceOf(FACTS, 768).spaceId })).toContain('vectors of unknown length');
  });

  test.each<[string, Partial<EmbedderFacts>]>([
    ['build', { quantization: 'q8_0' }],
    ['weights', { digest: 'sha256:aa' }],
    ['prefixes', { queryPrefix: '' }],
    ['pooling', { pooling: 'cls' }],
  ])('rejects equal lengths with another %s', (_what, change) => {
    expect(reasonFor({ ...FACTS, ...change }, { spaceId: spaceOf(FACTS, 768).spaceId })).toContain('another space');
  });
});
