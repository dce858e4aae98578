import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXACT_INDEX_DRIVER, FAISS_INDEX_DRIVER, type VectorBatch, type VectorIndex } from '../../../../src/index.ts';
import type { Size } from '../job.ts';
import { measureSearches, type Measured } from '../measure.ts';
import { benchSpace } from '../stored-embeddings.ts';
import { queryVector, unitVector } from '../unit-vectors.ts';

const ROWS_A_BATCH = 1000;

function* batches({ rows, dimensions }: Size): Generator<VectorBatch> {
  for (let first = 0; first < rows; first += ROWS_A_BATCH) {
    const count = Math.min(ROWS_A_BATCH, rows - first);
    const vectors = new Float32Array(count * dimensions);
    for (let at = 0; at < count; at += 1) vectors.set(unitVector(first + at, dimensions), at * dimensions);
    yield { rows: Uint32Array.from({ length: count }, (_, at) => first + at), vectors };
  }
}

async function openIndex(driver: string, { folder, dimensions }: Size): Promise<VectorIndex> {
  const { module } = driver === 'faiss' ? FAISS_INDEX_DRIVER : EXACT_INDEX_DRIVER;
  const { openVectorIndex } = (await import(module)) as {
    readonly openVectorIndex: (request: object) => Promise<VectorIndex>;
  };
  mkdirSync(join(folder, 'indexes'), { recursive: true });
  const { spaceId } = benchSpace(dimensions);
  return openVectorIndex({ spaceId, dimensions, path: join(folder, 'indexes', `${driver}-${spaceId}`) });
}

/** Searches the index alone: row numbers, without the database; it is built and saved by the first round. */
export async function searchIndex(driver: string, size: Size): Promise<Measured> {
  const signal = AbortSignal.timeout(600_000);
  const mark = join(size.folder, 'indexes', `${driver}.saved`);
  if (!existsSync(mark)) {
    const index = await openIndex(driver, size);
    await index.build(batches(size), signal);
    await index.save(1, signal);
    await index.close();
    mkdirSync(mark);
  }
  const queries = Array.from({ length: size.searches }, (_, at) => queryVector(at, size.dimensions));
  let index: VectorIndex | undefined;
  try {
    return await measureSearches(
      size.searches,
      async () => {
        const opened = await openIndex(driver, size);
        index = opened;
        if ((await opened.load(signal)) !== 1) throw new Error('the saved index does not load');
        return async (query) => (await opened.search(queries[query]!, size.k, signal)).length;
      },
      size.k,
    );
  } finally {
    await index?.close();
  }
}
