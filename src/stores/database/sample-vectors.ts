import type { StoreDatabase } from './store-database.ts';

/** A vector as it is stored. */
interface SampledVector {
  readonly row: number;
  readonly text: string;
  readonly vector: Float32Array;
}

/** Vectors spread evenly over the rows of a space, `count` at most. */
export function sampleVectors({ prepare }: StoreDatabase, space: number, count: number): readonly SampledVector[] {
  const bounds = prepare('SELECT min(row) AS first, max(row) AS last FROM vectors WHERE space = ?').get(space);
  if (typeof bounds?.['first'] !== 'number' || typeof bounds['last'] !== 'number') return [];
  const { first, last } = bounds as { first: number; last: number };
  const next = prepare(
    `SELECT row, texts.text AS text, vector FROM vectors JOIN texts ON texts.id = vectors.text
     WHERE row >= ? AND +space = ? ORDER BY row LIMIT 1`,
  );
  const found = new Map<number, SampledVector>();
  for (let at = 0; at < count; at += 1) {
    const from = first + Math.floor(((last - first) * at) / Math.max(1, count - 1));
    const row = next.get(from, space) as { row: number; text: string; vector: Uint8Array } | undefined;
    if (row === undefined) continue;
    const vector = new Float32Array(row.vector.byteLength / 4);
    new Uint8Array(vector.buffer).set(row.vector);
    found.set(row.row, { ...row, vector });
  }
  return [...found.values()];
}
