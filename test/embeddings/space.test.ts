import { describe, expect, test } from '@jest/globals';
import type { EmbedderFacts } from '../../src/contracts/models/embedding-model.ts';
import { spaceOf } from '../../src/embeddings/space.ts';

const FACTS: EmbedderFacts = {
  name: 'sentence-transformers/all-MiniLM-L6-v2',
  digest: 'sha256:aa',
  pooling: 'mean',
  isNormalized: true,
  queryPrefix: '',
  documentPrefix: '',
  quantization: 'int8',
  shorterDimensions: [],
};

describe('the id of a space', () => {
  test('is a UUID of version 8 that depends on nothing but the identity', () => {
    const { spaceId } = spaceOf(FACTS, 384);
    expect(spaceId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(spaceOf({ ...FACTS, name: 'all-minilm', maxTokens: 256 }, 384).spaceId).toBe(spaceId);
  });

  test.each([
    ['dimensions', spaceOf(FACTS, 768)],
    ['weights', spaceOf({ ...FACTS, digest: 'sha256:bb' }, 384)],
    ['pooling', spaceOf({ ...FACTS, pooling: 'cls' }, 384)],
    ['normalisation', spaceOf({ ...FACTS, isNormalized: false }, 384)],
    ['the prefix of questions', spaceOf({ ...FACTS, queryPrefix: 'query: ' }, 384)],
    ['the prefix of documents', spaceOf({ ...FACTS, documentPrefix: 'passage: ' }, 384)],
    ['quantisation', spaceOf({ ...FACTS, quantization: 'fp32' }, 384)],
  ])('differs with %s', (_what, other) => {
    expect(other.spaceId).not.toBe(spaceOf(FACTS, 384).spaceId);
  });

  test('goes by the declared name where no digest is known', () => {
    const named = spaceOf({ ...FACTS, digest: undefined }, 384);
    expect(named.weights).toBe('sentence-transformers/all-MiniLM-L6-v2');
    expect(spaceOf({ ...FACTS, digest: undefined, name: 'other' }, 384).spaceId).not.toBe(named.spaceId);
  });
});
