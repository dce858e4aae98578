import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EmbeddingsFactory, KnowledgeStore, KnowledgeStores } from '../../../src/index.ts';
import { createKnowledgeStores, legacyOpener, NoRouteError } from '../../../src/index.ts';
import { flatHeader } from '../../../src/stores/indexes/faiss/flat-file.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { limit } from '../support/store-rig.ts';

const TEXTS = ['the copper kettle sings', 'an orchid in winter', 'a river of stones', 'copper wire, copper pipe'];

/** What FaissStore writes, by hand: these tests need no native library. */
async function writeFolder(folder: string, model: EmbeddingsDouble): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const vectors = await model.embedDocuments(TEXTS);
  const { dimensions } = model.space;
  const header = flatHeader({ metric: 'l2', dimensions, count: TEXTS.length });
  writeFileSync(
    join(folder, 'faiss.index'),
    Buffer.concat([header, Buffer.from(Float32Array.from(vectors.flat()).buffer)]),
  );
  const documents = TEXTS.map((pageContent, at) => [
    `id${at}`,
    { pageContent, metadata: { source: `notes/${at % 2}.md` } },
  ]);
  const mapping = Object.fromEntries(TEXTS.map((_, at) => [at, `id${at}`]));
  writeFileSync(join(folder, 'docstore.json'), JSON.stringify([documents, mapping]));
}

describe('a folder of LangChain at the place of a store', () => {
  let workspace: string;
  let location: string;
  const opened: KnowledgeStore[] = [];

  const storesWith = (factory: EmbeddingsFactory): KnowledgeStores =>
    createKnowledgeStores({
      workspace: {
        projectsDirectory: join(workspace, 'projects'),
        vectorDataDirectory: join(workspace, 'vector_data'),
      },
      extensions: createExtensionsDouble([]),
      openLegacy: legacyOpener(() => factory),
    });

  const open = async (factory: EmbeddingsFactory): Promise<KnowledgeStore> => {
    const store = await storesWith(factory).open('projects', 'old', limit());
    opened.push(store);
    return store;
  };

  beforeEach(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'wooster-legacy-'));
    location = join(workspace, 'projects', 'old', 'vectorStore');
    await writeFolder(location, new EmbeddingsDouble());
  });

  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(workspace, { recursive: true, force: true });
  });

  test('is found, searched by vectors of the model that made them, and offers to be imported', async () => {
    const model = new EmbeddingsDouble();
    const store = await open(embeddingsFactoryDouble(model));
    const { passages, notices } = await store.search({ text: 'an orchid in winter', k: 1, mode: 'vector' }, limit());
    expect(passages[0]).toMatchObject({ path: 'notes/1.md', chunk: { text: 'an orchid in winter' } });
    expect(passages[0]?.parts.vector?.score).toBeCloseTo(1, 4);
    expect(notices).toEqual([expect.stringContaining(`\`wooster projects import old --from ${location}\``)]);
    expect((await store.stats(limit())).spaces).toEqual([
      expect.objectContaining({ space: model.space, vectors: 4, isInferred: false }),
    ]);
  });

  test('is searched by words where no model can be asked, and says so', async () => {
    const store = await open(embeddingsFactoryDouble(new NoRouteError('nothing serves it', { reasons: [] })));
    const { passages, notices } = await store.search({ text: 'copper', k: 5, mode: 'hybrid' }, limit());
    expect(passages.map(({ chunk }) => chunk.text)).toEqual(['copper wire, copper pipe', 'the copper kettle sings']);
    expect(notices[1]).toContain('nothing serves it');
  });

  test('is not searched by vectors of another model with as many dimensions', async () => {
    const store = await open(embeddingsFactoryDouble(new EmbeddingsDouble(spaceDouble('another'))));
    const { passages, notices } = await store.search({ text: 'river', k: 5, mode: 'hybrid' }, limit());
    expect(passages.map(({ parts }) => Object.keys(parts))).toEqual([['text']]);
    expect(notices[1]).toContain('not those another makes');
  });

  test('keeps to filters', async () => {
    const store = await open(embeddingsFactoryDouble());
    const query = { text: 'copper', k: 5, mode: 'hybrid', filter: { pathPrefix: 'notes/0' } } as const;
    const { passages } = await store.search(query, limit());
    expect(new Set(passages.map(({ path }) => path))).toEqual(new Set(['notes/0.md']));
  });

  test('is never written to', async () => {
    const before = readdirSync(location).map((name) => readFileSync(join(location, name), 'hex'));
    const store = await open(embeddingsFactoryDouble());
    const refused = { code: 'E_USAGE', message: expect.stringContaining('wooster projects import old') as unknown };
    await expect(store.add([], limit())).rejects.toMatchObject(refused);
    await expect(store.remove(['notes/0.md'], limit())).rejects.toMatchObject(refused);
    await expect(store.beginWriting('test', limit())).rejects.toMatchObject(refused);
    await expect(store.embedMissing(limit())).rejects.toMatchObject(refused);
    expect(store.isReadOnly).toBe(true);
    expect(await storesWith(embeddingsFactoryDouble()).list('projects')).toEqual(['old']);
    expect(readdirSync(location).map((name) => readFileSync(join(location, name), 'hex'))).toEqual(before);
  });

  test('tells what does not agree in it', async () => {
    writeFileSync(join(location, 'docstore.json'), JSON.stringify([[['id0', { pageContent: 'one' }]], { 0: 'id0' }]));
    const store = await open(embeddingsFactoryDouble());
    expect(await store.verify(limit())).toMatchObject({
      isSound: false,
      faults: ['3 vectors have no document: left out'],
      checked: { sources: 1, chunks: 1, vectors: 1 },
    });
  });
});
