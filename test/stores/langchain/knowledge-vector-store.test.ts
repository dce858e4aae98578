import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Document } from '@langchain/core/documents';
import type { KnowledgeStore, KnowledgeVectorStore, SpaceVector } from '../../../src/index.ts';
import { exportLangChain, importLangChain, toSpaceVector, toVectorStore } from '../../../src/index.ts';
import { EmbeddingsDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

const PAGES = [
  new Document({ pageContent: 'the copper kettle sings', metadata: { source: 'kitchen/kettle.md', owner: 'ann' } }),
  new Document({ pageContent: 'the copper kettle whistles', metadata: { source: 'kitchen/kettle.md', owner: 'bob' } }),
  new Document({
    pageContent: 'an orchid in winter',
    metadata: { source: 'garden/orchid.md', loc: { pageNumber: 3 } },
  }),
  new Document({ pageContent: 'a river of stones', metadata: {} }),
];

describe('a knowledge store as a vector store of LangChain', () => {
  let rig: StoreRig;
  let model: EmbeddingsDouble;
  let store: KnowledgeStore;
  let view: KnowledgeVectorStore;
  let ids: string[];

  beforeEach(async () => {
    rig = new StoreRig();
    model = new EmbeddingsDouble();
    store = await rig.open(model);
    view = await toVectorStore(store, { signal: limit() });
    ids = await view.addDocuments(PAGES);
  });

  afterEach(() => rig.dispose());

  const spaceVector = async (text: string): Promise<SpaceVector> =>
    toSpaceVector(await model.embedQuery(text), model.space.spaceId);

  test('keeps documents as passages of their sources, with their metadata', async () => {
    expect((await store.sources(limit())).map(({ path }) => path)).toEqual([
      expect.stringMatching(/^documents\//),
      'garden/orchid.md',
      'kitchen/kettle.md',
    ]);
    const [[document, score]] = (await view.similaritySearchWithScore('an orchid in winter', 1)) as [
      [Document, number],
    ];
    expect(score).toBeCloseTo(1, 5);
    expect(document).toMatchObject({ id: ids[2], metadata: { source: 'garden/orchid.md', loc: { pageNumber: 3 } } });
  });

  test('adds to a source what it lacks and nothing twice', async () => {
    await view.addDocuments([
      PAGES[0]!,
      new Document({ pageContent: 'new', metadata: { source: 'kitchen/kettle.md' } }),
    ]);
    const source = await store.read('kitchen/kettle.md', limit());
    expect(source?.chunks.map(({ text }) => text)).toEqual([PAGES[0]!.pageContent, PAGES[1]!.pageContent, 'new']);
  });

  test('filters by conditions and by a function', async () => {
    const inKitchen = await view.similaritySearch('an orchid in winter', 4, { pathPrefix: 'kitchen/' });
    expect(inKitchen.map(({ metadata }) => metadata['source'])).toEqual(['kitchen/kettle.md', 'kitchen/kettle.md']);
    const ofBob = await view.similaritySearch('copper kettle', 1, ({ metadata }) => metadata['owner'] === 'bob');
    expect(ofBob.map(({ pageContent }) => pageContent)).toEqual(['the copper kettle whistles']);
    expect(await view.similaritySearch('copper kettle', 4, () => false)).toEqual([]);
  });

  test('is searched only by vectors that name its space', async () => {
    const [hit] = await view.similaritySearchVectorWithScore(await spaceVector('a river of stones'), 1);
    expect(hit?.[0].pageContent).toBe('a river of stones');
    const plain = await model.embedQuery('river');
    const foreign = toSpaceVector(plain, spaceDouble('foreign').spaceId);
    const refused = { code: 'E_STORE_MISMATCH' };
    // @ts-expect-error an array of numbers names no space
    await expect(view.similaritySearchVectorWithScore(plain, 1)).rejects.toMatchObject(refused);
    await expect(view.similaritySearchVectorWithScore(foreign, 1)).rejects.toThrow(model.space.spaceId);
    const short = toSpaceVector(plain.slice(1), model.space.spaceId);
    await expect(view.similaritySearchVectorWithScore(short, 1)).rejects.toThrow('63 dimensions');
  });

  test('takes vectors that name its space, and no others', async () => {
    const document = new Document({ pageContent: 'a lantern', metadata: { source: 'x.md' } });
    const before = model.embedded.length;
    await view.addVectors([await spaceVector('a lantern')], [document]);
    expect(model.embedded).toHaveLength(before);
    expect((await view.similaritySearch('a lantern', 1))[0]?.pageContent).toBe('a lantern');
    const plain = (await model.embedQuery('a lantern')) as unknown as SpaceVector;
    await expect(view.addVectors([plain], [document])).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
  });

  test('deletes documents by id and sources by name', async () => {
    await view.delete({ ids: [ids[0]!, ids[3]!, 'unknown#1'] });
    const left = await view.similaritySearch('the copper kettle sings', 9);
    expect(new Set(left.map(({ id }) => id))).toEqual(new Set([ids[1], ids[2]]));
    await view.delete({ sources: ['kitchen/kettle.md'] });
    expect((await store.sources(limit())).map(({ path }) => path)).toEqual(['garden/orchid.md']);
  });

  test('gives retrievers, by nearness and by variety', async () => {
    const near = await view.asRetriever({ k: 2 }).invoke('the copper kettle sings');
    expect(near.map(({ metadata }) => metadata['source'])).toEqual(['kitchen/kettle.md', 'kitchen/kettle.md']);
    const options = { k: 2, searchType: 'mmr', searchKwargs: { fetchK: 4, lambda: 0.1 } } as const;
    const various = await view.asRetriever(options).invoke('the copper kettle sings');
    expect(various[0]?.pageContent).toBe('the copper kettle sings');
    expect(various[1]?.metadata['source']).not.toBe('kitchen/kettle.md');
    const filtered = await view.asRetriever({ k: 3, filter: { pathPrefix: 'garden/' } }).invoke('kettle');
    expect(filtered).toHaveLength(1);
  });

  test('goes out as a folder of LangChain and comes back the same into another store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wooster-export-'));
    const other = new StoreRig();
    try {
      const path = join(folder, 'out');
      await exportLangChain(store, model.space.spaceId, path, limit());
      await expect(exportLangChain(store, model.space.spaceId, path, limit())).rejects.toMatchObject({
        code: 'E_USAGE',
      });
      const model2 = new EmbeddingsDouble();
      const back = await other.open(model2);
      const report = await importLangChain(path, back, { signal: limit() });
      expect(report).toMatchObject({ documents: 4, vectors: 4, toEmbed: 0, certainty: 'recorded', faults: [] });
      expect(model2.embedded).toEqual([]);
      for (const { path: name } of await store.sources(limit())) {
        expect((await back.read(name, limit()))?.chunks).toEqual((await store.read(name, limit()))?.chunks);
      }
    } finally {
      await other.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test('a store whose embeddings are off is no vector store', async () => {
  const rig = new StoreRig({ isEnabled: false });
  try {
    await expect(toVectorStore(await rig.open())).rejects.toMatchObject({ code: 'E_USAGE' });
  } finally {
    await rig.dispose();
  }
});
