import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Size } from '../job.ts';
import { measureSearches, type Measured } from '../measure.ts';
import { StoredEmbeddings, queryText } from '../stored-embeddings.ts';
import { unitVector } from '../unit-vectors.ts';

interface FlatIndex {
  add(vectors: number[]): void;
}

const ROWS_A_CALL = 1000;

/**
 * Saves a FaissStore of LangChain. Index and documents are made at once and handed to its constructor: its own
 * `addDocuments` copies all keys for each document and would take hours at this size.
 */
export async function saveLangChain({ folder, rows, dimensions }: Size): Promise<void> {
  const { FaissStore } = await import('@langchain/community/vectorstores/faiss');
  const { Document } = await import('@langchain/core/documents');
  const { IndexFlatL2 } = createRequire(import.meta.url)('faiss-node') as { IndexFlatL2: new (d: number) => FlatIndex };
  const index = new IndexFlatL2(dimensions);
  const documents: Record<string, InstanceType<typeof Document>> = {};
  const mapping: Record<number, string> = {};
  for (let first = 0; first < rows; first += ROWS_A_CALL) {
    const count = Math.min(ROWS_A_CALL, rows - first);
    index.add(Array.from({ length: count }, (_, at) => [...unitVector(first + at, dimensions)]).flat());
  }
  for (let row = 0; row < rows; row += 1) {
    const text =
      `Passage ${row}: a text of a common length, so that reading what was found costs what it does. `.repeat(4);
    mapping[row] = `id-${row}`;
    documents[`id-${row}`] = new Document({
      pageContent: text,
      metadata: { source: `folder/${Math.floor(row / 100)}.md` },
    });
  }
  const store = new FaissStore(new StoredEmbeddings(dimensions), { index: index as never, mapping });
  // Into an empty docstore, in one call.
  store.getDocstore().add(documents);
  await store.save(join(folder, 'langchain'));
}

/** Searches as its users do, by text. */
export async function searchLangChain(size: Size): Promise<Measured> {
  const { FaissStore } = await import('@langchain/community/vectorstores/faiss');
  await FaissStore.importFaiss();
  const model = new StoredEmbeddings(size.dimensions, size.searches);
  return measureSearches(
    size.searches,
    async () => {
      const store = await FaissStore.load(join(size.folder, 'langchain'), model);
      return async (query) => (await store.similaritySearchWithScore(queryText(query), size.k)).length;
    },
    size.k,
  );
}
