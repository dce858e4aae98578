import { createRequire } from 'node:module';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Document } from '@langchain/core/documents';
import { FaissStore } from '@langchain/community/vectorstores/faiss';
import { exportLangChain, importLangChain } from '../../src/index.ts';
import { readLangChain } from '../../src/stores/langchain/folder/read-langchain.ts';
import { EmbeddingsDouble, spaceDouble } from '../doubles/embeddings-double.ts';
import { VectoredStoreDouble } from '../stores/langchain/vectored-store-double.ts';

const NEVER = new AbortController().signal;
const WORDS = 'copper river lantern orchid winter harbour violin saddle thunder maple quarry ember'.split(' ');

interface FlatIndex {
  add(vector: number[]): void;
  write(path: string): void;
}
const { IndexFlatL2 } = createRequire(import.meta.url)('faiss-node') as { IndexFlatL2: new (d: number) => FlatIndex };

/** Texts that differ, in several scripts. */
function textOf(at: number): string {
  const word = (step: number): string => WORDS[(at * step + (at >> 3)) % WORDS.length]!;
  return `${word(1)} ${word(5)} ${word(7)} nr${at} ünïcödé 東京 "quoted" \\ line\n🦜 ${at % 17}`;
}

function documentsOf(count: number): Document[] {
  return Array.from(
    { length: count },
    (_, at) =>
      new Document({
        pageContent: textOf(at),
        metadata: {
          source: `docs/füle-${at % 40}.md`,
          loc: { lines: { from: at + 1, to: at + 2 } },
          author: `a${at % 3}`,
        },
      }),
  );
}

/** The nearest text, and the distances of the first five: texts that are equally far may change places. */
async function found(store: FaissStore, query: string): Promise<{ first: string; distances: number[] }> {
  const hits = await store.similaritySearchWithScore(query, 5);
  return { first: hits[0]![0].pageContent, distances: hits.map(([, distance]) => Number(distance.toFixed(5))) };
}

describe('folders of the FaissStore of LangChain', () => {
  let folder: string;
  let model: EmbeddingsDouble;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wooster-langchain-'));
    model = new EmbeddingsDouble();
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function savedByLangChain(documents: Document[]): Promise<string> {
    const path = join(folder, 'theirs');
    await (await FaissStore.fromDocuments(documents, model)).save(path);
    return path;
  }

  test('a thousand documents come in with their vectors, none of them embedded again but the samples', async () => {
    const path = await savedByLangChain(documentsOf(1_000));
    model.embedded.length = 0;
    const store = new VectoredStoreDouble(model);
    const report = await importLangChain(path, store, { signal: NEVER });
    expect(report).toMatchObject({
      sources: 40,
      documents: 1_000,
      vectors: 1_000,
      toEmbed: 0,
      certainty: 'checked',
      faults: [],
    });
    expect(model.embedded).toHaveLength(5);
    const source = store.held.get('docs/füle-3.md')!;
    expect(source.chunks).toHaveLength(25);
    expect(source.chunks[0]).toMatchObject({ text: textOf(3), line: 4, metadata: { author: 'a0' } });
  });

  test('what went out is read by LangChain, which finds the same', async () => {
    const theirs = await savedByLangChain(documentsOf(1_000));
    const store = new VectoredStoreDouble(model);
    await importLangChain(theirs, store, { signal: NEVER });
    const path = join(folder, 'ours');
    const written = await exportLangChain(store, model.space.spaceId, path, NEVER);
    expect(written.documents).toBe(1_000);
    const [before, after] = [await FaissStore.load(theirs, model), await FaissStore.load(path, model)];
    expect(after.index.ntotal()).toBe(1_000);
    for (const at of [0, 8, 77, 500, 999]) {
      const ours = await found(after, textOf(at));
      expect(ours.first).toBe(textOf(at));
      expect(ours).toEqual(await found(before, textOf(at)));
    }
    const [document] = await after.similaritySearch(textOf(7), 1);
    expect(document?.metadata).toMatchObject({ source: 'docs/füle-7.md', loc: { lines: { from: 8 } }, author: 'a1' });
  });

  test('the index is written byte for byte as faiss writes it', async () => {
    const store = new VectoredStoreDouble(model);
    await importLangChain(await savedByLangChain(documentsOf(50)), store, { signal: NEVER });
    const ours = join(folder, 'ours');
    await exportLangChain(store, model.space.spaceId, ours, NEVER);
    const index = new IndexFlatL2(model.space.dimensions);
    for await (const batch of store.vectors.read(model.space.spaceId, NEVER)) {
      for (const { vector } of batch) index.add([...vector]);
    }
    const theirs = join(folder, 'by-faiss');
    index.write(theirs);
    expect(readFileSync(join(ours, 'faiss.index')).equals(readFileSync(theirs))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('a folder of ours tells its space, and comes back as it went', async () => {
    const store = new VectoredStoreDouble(model);
    await importLangChain(await savedByLangChain(documentsOf(120)), store, { signal: NEVER });
    const ours = join(folder, 'ours');
    await exportLangChain(store, model.space.spaceId, ours, NEVER);
    const back = new VectoredStoreDouble(new EmbeddingsDouble(spaceDouble('another', 32)));
    const report = await importLangChain(ours, back, { signal: NEVER });
    expect(report).toMatchObject({ certainty: 'recorded', vectors: 120, faults: [] });
    expect(back.brought).toMatchObject({ space: model.space, isInferred: false });
    expect([...back.held.values()].map(({ chunks }) => chunks)).toEqual(
      [...store.held.values()].map(({ chunks }) => chunks),
    );
  });

  test('documents that LangChain deleted are gone, and the others keep their own vectors', async () => {
    const theirs = await FaissStore.fromDocuments([], model);
    const ids = await theirs.addDocuments(documentsOf(30), { ids: documentsOf(30).map((_, at) => `id${at}`) });
    await theirs.delete({ ids: [ids[0]!, ids[13]!, ids[29]!] });
    await theirs.save(join(folder, 'theirs'));
    const read = await readLangChain(join(folder, 'theirs'), NEVER);
    try {
      expect(read.faults).toEqual([]);
      expect(read.documents).toHaveLength(27);
      for (const { row, pageContent } of read.documents) {
        const [expected] = await model.embed([pageContent], { role: 'document', signal: NEVER });
        const vector = await read.vector(row!);
        expect(vector.reduce((sum, value, at) => sum + value * expected![at]!, 0)).toBeCloseTo(1, 4);
      }
    } finally {
      await read.close();
    }
  });

  test('a vector that entered twice as long is told, and nothing behind it is believed', async () => {
    const theirs = await FaissStore.fromDocuments([], model);
    const vectors = await model.embedDocuments(documentsOf(10).map(({ pageContent }) => pageContent));
    vectors[6] = [...vectors[6]!, ...vectors[6]!].map((value) => value / Math.SQRT2);
    await theirs.addVectors(vectors, documentsOf(10));
    await theirs.save(join(folder, 'theirs'));
    const read = await readLangChain(join(folder, 'theirs'), NEVER);
    await read.close();
    expect(read.documents.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4, 5, ...Array<undefined>(4)]);
    expect(read.faults.join('\n')).toMatch(/vector 6 is not of length 1[\s\S]*4 documents have no vector/);
  });

  test('an orphan row, left by an id given twice, answers for no other text', async () => {
    const theirs = await FaissStore.fromDocuments([], model);
    const documents = documentsOf(3);
    await theirs.addDocuments(documents.slice(0, 2), { ids: ['a', 'b'] });
    await expect(theirs.addDocuments(documents.slice(2), { ids: ['a'] })).rejects.toThrow();
    await theirs.save(join(folder, 'theirs'));
    const read = await readLangChain(join(folder, 'theirs'), NEVER);
    await read.close();
    expect(read.documents.map(({ id, row }) => [id, row])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(read.faults).toEqual(['1 vector answers for a document that has another: left out']);
  });

  test('vectors of another model with as many dimensions are not taken for those of ours', async () => {
    const path = await savedByLangChain(documentsOf(20));
    const other = new VectoredStoreDouble(new EmbeddingsDouble(spaceDouble('another', 64)));
    const report = await importLangChain(path, other, { signal: NEVER });
    expect(report).toMatchObject({ documents: 20, vectors: 0, toEmbed: 20 });
    expect(report.space).toBeUndefined();
    expect(report.faults).toEqual([expect.stringContaining('not those another makes')]);
    expect(other.brought).toBeUndefined();
    expect(other.held.size).toBe(20);
  });

  test('an index that was cut short costs the vectors and not the texts', async () => {
    const path = await savedByLangChain(documentsOf(20));
    const index = join(path, 'faiss.index');
    writeFileSync(index, readFileSync(index).subarray(0, 1_000));
    const read = await readLangChain(path, NEVER);
    await read.close();
    expect(read.documents).toHaveLength(20);
    expect(read.faults).toEqual([expect.stringContaining('it has 1000 bytes where 20 vectors')]);
  });
});
