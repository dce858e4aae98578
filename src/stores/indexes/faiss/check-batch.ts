import type { VectorBatch } from '../../../contracts/knowledge/vector-index.ts';

/** Whether every number is one that can be compared. */
export function areFinite(vectors: Float32Array): boolean {
  for (const value of vectors) if (!Number.isFinite(value)) return false;
  return true;
}

/** What is wrong with a batch, in words; undefined when nothing is. faiss takes such numbers and answers nonsense. */
export function checkBatch({ rows, vectors }: VectorBatch, dimensions: number): string | undefined {
  if (vectors.length !== rows.length * dimensions) {
    return `${vectors.length} numbers for ${rows.length} vectors of ${dimensions} dimensions`;
  }
  return areFinite(vectors) ? undefined : 'a vector holds a number that is not finite';
}

/** The batch with each row once: what comes later counts. */
export function lastOfEach(batch: VectorBatch, dimensions: number): VectorBatch {
  const places = new Map<number, number>();
  batch.rows.forEach((row, place) => places.set(row, place));
  if (places.size === batch.rows.length) return batch;
  const vectors = new Float32Array(places.size * dimensions);
  let next = 0;
  for (const place of places.values()) {
    vectors.set(batch.vectors.subarray(place * dimensions, (place + 1) * dimensions), next);
    next += dimensions;
  }
  return { rows: Uint32Array.from(places.keys()), vectors };
}
