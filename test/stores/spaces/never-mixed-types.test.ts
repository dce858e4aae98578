import { describe, expect, test } from '@jest/globals';
import type {
  EmbeddingSpace,
  KnowledgeVectorStore,
  SpaceBoundEmbeddings,
  VectorAccess,
  VectoredSource,
} from '../../../src/index.ts';
import { toSpaceVector } from '../../../src/index.ts';

declare const view: KnowledgeVectorStore;
declare const access: VectorAccess;
declare const sources: readonly VectoredSource[];
declare const embeddings: SpaceBoundEmbeddings;
declare const signal: AbortSignal;

const numbers = [0.6, 0.8];
const vector = Float32Array.from(numbers);
const named = toSpaceVector(numbers, 'a-space');

/** Never called: `pnpm types` fails where one of the marked lines compiles. */
function whatDoesNotCompile(): readonly unknown[] {
  const document = { pageContent: 'text', metadata: {} };
  const space: EmbeddingSpace = embeddings.space;
  return [
    view.similaritySearchVectorWithScore(named, 1),
    // @ts-expect-error plain numbers name no space
    view.similaritySearchVectorWithScore(numbers, 1),
    // @ts-expect-error neither do those of a model that is known
    view.similaritySearchVectorWithScore([...vector], 1),
    view.addVectors([named], [document]),
    // @ts-expect-error plain numbers name no space
    view.addVectors([numbers], [document]),
    // @ts-expect-error one among others does not either
    view.addVectors([named, numbers], [document]),
    // @ts-expect-error bytes of a vector are no vector with a space
    view.addVectors([vector], [document]),
    access.search({ spaceId: space.spaceId, vector, k: 1 }, signal),
    // @ts-expect-error a query without its space
    access.search({ vector, k: 1 }, signal),
    // @ts-expect-error a space for its id
    access.search({ spaceId: space, vector, k: 1 }, signal),
    access.add(sources, { space, isInferred: false }, signal),
    // @ts-expect-error vectors without their space
    access.add(sources, { isInferred: false }, signal),
    // @ts-expect-error an id for a space: it must come with its record
    access.add(sources, { space: space.spaceId, isInferred: false }, signal),
    // @ts-expect-error embeddings are bound to one space for life
    (embeddings.space = space),
    // @ts-expect-error and a space is what it is
    (space.dimensions = 2),
  ];
}

describe('a vector', () => {
  test('meets no other space by a mistake that compiles', () => {
    expect(typeof whatDoesNotCompile).toBe('function');
  });

  test('keeps its numbers when it names its space, and copies of it name none', () => {
    expect([...named]).toEqual(numbers);
    expect(named.map((value) => value)).toEqual(numbers);
  });
});
