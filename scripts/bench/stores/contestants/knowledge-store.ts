import { join } from 'node:path';
import {
  FAISS_INDEX_DRIVER,
  INDEX_DRIVERS,
  sqliteStoreDriver,
  type KnowledgeStore,
  type SpaceBoundEmbeddings,
  type VectoredSource,
} from '../../../../src/index.ts';
import { ExtensionRegistry } from '../../../../src/kernel/plugins/extension-registry.ts';
import type { Size } from '../job.ts';
import { measureSearches, type Measured } from '../measure.ts';
import { benchSpace, queryText, StoredEmbeddings } from '../stored-embeddings.ts';
import { unitVector } from '../unit-vectors.ts';

const PASSAGES_A_SOURCE = 100;

function limit(): AbortSignal {
  return AbortSignal.timeout(600_000);
}

/** A store at a folder, with embeddings given, and one kind of index. */
export function openBenchStore(location: string, index: string, model: SpaceBoundEmbeddings): Promise<KnowledgeStore> {
  const registry = new ExtensionRegistry();
  registry.add(INDEX_DRIVERS, FAISS_INDEX_DRIVER, 'bench');
  const purpose = { isEnabled: true, model: model.space.name, fallbackToCloud: false };
  const driver = sqliteStoreDriver({
    embeddings: () => ({
      for: () => Promise.resolve(model),
      ofSpace: () => Promise.resolve(model),
      named: () => Promise.resolve(model),
      status: () => Promise.resolve({ models: [], purposes: [] }),
    }),
    extensions: registry,
    settings: { knowledge: { index, maxFileBytes: 1 }, embeddings: { projects: purpose, userProfile: purpose } },
  });
  return driver.open({ purpose: 'projects', name: 'bench', location }, { create: true }, limit());
}

function sourceAt(number: number, { rows, dimensions }: Size): VectoredSource {
  const first = number * PASSAGES_A_SOURCE;
  const count = Math.min(PASSAGES_A_SOURCE, rows - first);
  const chunks = Array.from({ length: count }, (_, ordinal) => {
    const text =
      `Passage ${first + ordinal}: a text of a common length, so that reading what was found costs what it does. `.repeat(
        4,
      );
    return {
      ordinal,
      text,
      from: ordinal * 500,
      to: ordinal * 500 + text.length,
      headings: ['Bench'],
      line: ordinal + 1,
    };
  });
  const source = {
    path: `folder/${number}.md`,
    sha256: String(number).padStart(64, '0'),
    bytes: count * 500,
    mediaType: 'text/markdown',
    modifiedAt: 1_700_000_000_000,
    splitting: { tokenizer: 'bench', maxTokens: 256, overlapTokens: 0, version: 1 },
    chunks,
  };
  return { source, vectors: chunks.map((_, at) => unitVector(first + at, dimensions)) };
}

/** Fills the store of a size. */
export async function fillStore(size: Size): Promise<void> {
  const store = await openBenchStore(join(size.folder, 'store'), 'exact', new StoredEmbeddings(size.dimensions));
  const target = { space: benchSpace(size.dimensions), isInferred: false };
  const sources = Math.ceil(size.rows / PASSAGES_A_SOURCE);
  for (let first = 0; first < sources; first += 10) {
    const window = Array.from({ length: Math.min(10, sources - first) }, (_, at) => sourceAt(first + at, size));
    await store.vectors?.add(window, target, limit());
  }
  await store.close();
}

/** Makes the index of one kind, which is saved when the store is closed. */
export async function prepareIndex(driver: string, size: Size): Promise<void> {
  const store = await openBenchStore(join(size.folder, 'store'), driver, new StoredEmbeddings(size.dimensions, 1));
  await store.search({ text: queryText(0), k: size.k, mode: 'vector' }, limit());
  const { spaces } = await store.stats(limit());
  if (spaces[0]?.index !== driver) throw new Error(`the index is ${spaces[0]?.index}, not ${driver}`);
  await store.close();
}

/** Searches by vector through the whole store: the question's vector, the index, the passages with their texts. */
export async function searchStore(driver: string, size: Size): Promise<Measured> {
  const model = new StoredEmbeddings(size.dimensions, size.searches);
  let store: KnowledgeStore | undefined;
  try {
    return await measureSearches(
      size.searches,
      async () => {
        const opened = await openBenchStore(join(size.folder, 'store'), driver, model);
        store = opened;
        return async (query) =>
          (await opened.search({ text: queryText(query), k: size.k, mode: 'vector' }, limit())).passages.length;
      },
      size.k,
    );
  } finally {
    await store?.close();
  }
}
