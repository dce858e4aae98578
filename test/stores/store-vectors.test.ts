import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeSource, KnowledgeStore, PassageVector } from '../../src/index.ts';
import { embeddingTextOf } from '../../src/kernel/embedding-text.ts';
import { EmbeddingsDouble, spaceDouble } from '../doubles/embeddings-double.ts';
import { limit, StoreRig } from './support/store-rig.ts';

const MODEL = new EmbeddingsDouble();

function sourceOf(path: string, texts: readonly string[]): KnowledgeSource {
  return {
    path,
    sha256: path.padEnd(64, '0'),
    bytes: 1,
    mediaType: 'text/plain',
    modifiedAt: 1_000,
    splitting: { tokenizer: 'none', maxTokens: 0, overlapTokens: 0, version: 0 },
    chunks: texts.map((text, ordinal) => ({
      ordinal,
      text,
      from: 0,
      to: text.length,
      headings: ['Head'],
      metadata: { author: 'ann', deep: { list: [1, null] } },
    })),
  };
}

async function vectorsOf(source: KnowledgeSource): Promise<readonly Float32Array[]> {
  return MODEL.embed(source.chunks.map(embeddingTextOf), { role: 'document', signal: limit() });
}

async function readAll(store: KnowledgeStore): Promise<readonly PassageVector[]> {
  const passages: PassageVector[] = [];
  for await (const batch of store.vectors!.read(MODEL.space.spaceId, limit())) passages.push(...batch);
  return passages;
}

describe('vectors in and out of a store in SQLite', () => {
  let rig: StoreRig;
  let store: KnowledgeStore;
  let model: EmbeddingsDouble;
  const target = { space: MODEL.space, isInferred: true };

  beforeEach(async () => {
    rig = new StoreRig();
    model = new EmbeddingsDouble();
    store = await rig.open(model);
  });

  afterEach(() => rig.dispose());

  test('are stored without embedding, with what came with the passages, and read in order', async () => {
    const sources = [sourceOf('b.txt', ['river stone', 'copper kettle']), sourceOf('a.txt', ['orchid garden'])];
    const given = await Promise.all(sources.map(async (source) => ({ source, vectors: await vectorsOf(source) })));
    const report = await store.vectors!.add(given, target, limit());
    expect(report).toEqual({ sources: 2, chunks: 3, embedded: 0, reused: 0 });
    expect(model.embedded).toEqual([]);
    const passages = await readAll(store);
    expect(passages.map(({ path, chunk }) => [path, chunk.text])).toEqual([
      ['a.txt', 'orchid garden'],
      ['b.txt', 'river stone'],
      ['b.txt', 'copper kettle'],
    ]);
    expect(passages[1]?.vector).toEqual(given[0]!.vectors[0]);
    expect(passages[1]?.chunk).toEqual(sources[0]!.chunks[0]);
    expect((await store.stats(limit())).spaces).toEqual([
      expect.objectContaining({ vectors: 3, missing: 0, isInferred: true, role: 'primary' }),
    ]);
  });

  test('of some passages only leave the others for later', async () => {
    const source = sourceOf('a.txt', ['river stone', 'copper kettle', 'orchid garden']);
    const [first, , third] = await vectorsOf(source);
    await store.vectors!.add([{ source, vectors: [first, undefined, third] }], target, limit());
    expect((await readAll(store)).map(({ chunk }) => chunk.ordinal)).toEqual([0, 2]);
    expect(await store.embedMissing(limit())).toEqual({ embedded: 1 });
    expect(model.embedded).toEqual(['Head\ncopper kettle']);
  });

  test('are found by a vector of their space, as a filter allows, and by no other', async () => {
    const sources = [sourceOf('x/b.txt', ['river stone']), sourceOf('y/a.txt', ['river stone water'])];
    await store.add(sources, limit());
    const [vector] = await model.embed(['river stone'], { role: 'query', signal: limit() });
    const { spaceId } = model.space;
    const query = { spaceId, vector: vector!, k: 5 };
    const all = await store.vectors!.search(query, limit());
    expect(all.passages.map(({ path }) => path)).toEqual(['x/b.txt', 'y/a.txt']);
    expect(all.passages[0]?.parts.vector).toMatchObject({ rank: 1, spaceId });
    const some = await store.vectors!.search({ ...query, filter: { pathPrefix: 'y/' } }, limit());
    expect(some.passages.map(({ path }) => path)).toEqual(['y/a.txt']);
    const mismatch = { code: 'E_STORE_MISMATCH' };
    const other = spaceDouble('other').spaceId;
    await expect(store.vectors!.search({ ...query, spaceId: other }, limit())).rejects.toMatchObject(mismatch);
    const short = vector!.slice(1);
    await expect(store.vectors!.search({ ...query, vector: short }, limit())).rejects.toMatchObject(mismatch);
  });

  test.each([
    { what: 'a wrong length', vectors: [new Float32Array(3).fill(1)], words: '3 long' },
    { what: 'a wrong length beside a text without a vector', vectors: [new Float32Array(3).fill(1), undefined] },
    { what: 'no finite numbers', vectors: [new Float32Array(MODEL.space.dimensions).fill(Number.NaN)] },
    { what: 'zeros only', vectors: [undefined, new Float32Array(MODEL.space.dimensions)] },
    { what: 'one vector for two texts', vectors: [new Float32Array(MODEL.space.dimensions).fill(1)], texts: 2 },
  ])('of $what are refused and change nothing', async ({ vectors, words, texts }) => {
    const chunks = ['river stone', 'copper kettle'].slice(0, texts ?? vectors.length);
    const adding = store.vectors!.add([{ source: sourceOf('a.txt', chunks), vectors }], target, limit());
    await expect(adding).rejects.toMatchObject({
      code: 'E_STORE_MISMATCH',
      message: expect.stringContaining(words ?? 'a.txt'),
    });
    expect(await store.sources(limit())).toEqual([]);
  });

  test('of a wrong length are refused also where the store has all it needs', async () => {
    const source = sourceOf('a.txt', ['river stone', 'copper kettle']);
    await store.add([source], limit());
    const vectors = [new Float32Array(3).fill(1), undefined];
    const adding = store.vectors!.add([{ source, vectors }], target, limit());
    await expect(adding).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
  });
});
