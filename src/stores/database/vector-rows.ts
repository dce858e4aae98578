import type { VectorBatch } from '../../contracts/knowledge/vector-index.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { faultOfVector, normOf } from '../../kernel/embedding-vectors.ts';
import type { SpaceRow } from './space-rows.ts';
import type { StoreDatabase } from './store-database.ts';

/** Vectors that are read at once. */
const BATCH_ROWS = 2_048;

/** Removals kept for indexes that catch up, besides as many as half of the vectors. */
const KEPT_REMOVALS = 10_000;

/** The vector at length 1, as bytes; E_STORE_MISMATCH when it is none of this space. */
export function toStoredVector(vector: Float32Array, space: SpaceRow, path: string): Uint8Array {
  const { dimensions, name } = space.space;
  const fault = faultOfVector(vector, dimensions);
  if (fault !== undefined) {
    const message = `a vector of ${name} is ${fault}, and the store at ${path} holds vectors ${dimensions} long: check the embedding server`;
    throw new StoreError('E_STORE_MISMATCH', message, { location: path });
  }
  const norm = normOf(vector);
  // A vector that is of length 1 already keeps its bits, so that what is imported and exported again is the same.
  const unit = Math.abs(norm - 1) < 1e-6 ? Float32Array.from(vector) : vector.map((value) => value / norm);
  return new Uint8Array(unit.buffer);
}

/** Adds the vector of a text, unless it is there. Inside a transaction. */
export function insertVector(
  database: StoreDatabase,
  entry: { readonly space: number; readonly text: number; readonly change: number; readonly vector: Uint8Array },
): void {
  database
    .prepare('INSERT OR IGNORE INTO vectors (space, text, change, vector) VALUES (?, ?, ?, ?)')
    .run(entry.space, entry.text, entry.change, entry.vector);
}

/** Removes the vectors of a text from all spaces, and tells indexes that catch up. Inside a transaction. */
export function removeVectors(database: StoreDatabase, text: number, change: number): void {
  database
    .prepare('INSERT INTO removals (row, space, change) SELECT row, space, ? FROM vectors WHERE text = ?')
    .run(change, text);
  database.prepare('DELETE FROM vectors WHERE text = ?').run(text);
}

/** Forgets old removals where they have become many; an index older than that is built anew. Inside a transaction. */
export function pruneRemovals(database: StoreDatabase, change: number): void {
  const many = database
    .prepare(
      `SELECT space, count(*) AS n FROM removals GROUP BY space
       HAVING n > ? + (SELECT count(*) FROM vectors WHERE vectors.space = removals.space) / 2`,
    )
    .all(KEPT_REMOVALS);
  for (const { space } of many) {
    database.prepare('DELETE FROM removals WHERE space = ?').run(space!);
    database.prepare('UPDATE spaces SET removals_from = ? WHERE id = ?').run(change, space!);
  }
}

function toBatch(
  rows: readonly { readonly row: number; readonly vector: Uint8Array }[],
  dimensions: number,
): VectorBatch {
  const vectors = new Float32Array(rows.length * dimensions);
  const bytes = new Uint8Array(vectors.buffer);
  rows.forEach(({ vector }, at) => bytes.set(vector, at * dimensions * 4));
  return { rows: Uint32Array.from(rows, ({ row }) => row), vectors };
}

/** The vectors of a space whose change is after one and not after another, in order of their rows, some at a time. */
export function* readVectors(
  database: StoreDatabase,
  { id, space }: SpaceRow,
  between: { readonly after: number; readonly upTo: number },
): Generator<VectorBatch> {
  const { after, upTo } = between;
  // The whole is read along the rows; what is new is read along the changes.
  const sql =
    after < 0
      ? 'SELECT row, vector FROM vectors WHERE row > ? AND +space = ? AND +change > ? AND +change <= ? ORDER BY row LIMIT ?'
      : 'SELECT row, vector FROM vectors WHERE row > ? AND space = ? AND change > ? AND change <= ? ORDER BY row LIMIT ?';
  let last = 0;
  while (true) {
    const rows = database.prepare(sql).all(last, id, after, upTo, BATCH_ROWS) as { row: number; vector: Uint8Array }[];
    const final = rows.at(-1);
    if (final === undefined) return;
    last = final.row;
    yield toBatch(rows, space.dimensions);
  }
}

/** Rows of a space that were removed after one change and not after another. */
export function readRemovals(
  database: StoreDatabase,
  space: number,
  between: { readonly after: number; readonly upTo: number },
): Uint32Array {
  const rows = database
    .prepare('SELECT row FROM removals WHERE space = ? AND change > ? AND change <= ?')
    .all(space, between.after, between.upTo) as { row: number }[];
  return Uint32Array.from(rows, ({ row }) => row);
}

/** How many vectors a space has. */
export function countVectors(database: StoreDatabase, space: number): number {
  return database.prepare('SELECT count(*) AS n FROM vectors WHERE space = ?').get(space)?.['n'] as number;
}
