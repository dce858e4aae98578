import type { StoreDatabase } from './store-database.ts';

/**
 * SQL condition on `texts`: the space needs a vector of it. That is a text of a passage whose source is not cut otherwise
 * for this space, or of a passage that is parked for it. A space of no row (0) needs the texts of all passages.
 */
export function neededBy(space: number): string {
  return `(EXISTS (SELECT 1 FROM chunks WHERE chunks.text = texts.id AND NOT EXISTS
    (SELECT 1 FROM parked_chunks AS cut WHERE cut.space = ${space} AND cut.source = chunks.source))
    OR EXISTS (SELECT 1 FROM parked_chunks AS parked WHERE parked.text = texts.id AND parked.space = ${space}))`;
}

/** SQL condition on `texts`: the space has a vector of it. */
export function heldBy(space: number): string {
  return `EXISTS (SELECT 1 FROM vectors WHERE vectors.text = texts.id AND vectors.space = ${space})`;
}

function count({ prepare }: StoreDatabase, where: string): number {
  return prepare(`SELECT count(*) AS n FROM texts WHERE ${where}`).get()?.['n'] as number;
}

/** How many texts a space needs, and how many of these it has. */
export function countNeeded(database: StoreDatabase, space: number): { readonly texts: number; readonly done: number } {
  const texts = count(database, neededBy(space));
  return { texts, done: space === 0 ? 0 : count(database, `${neededBy(space)} AND ${heldBy(space)}`) };
}

/** Texts that a space needs and lacks. */
export function countMissing(database: StoreDatabase, space: number): number {
  return count(database, `${neededBy(space)} AND NOT ${heldBy(space)}`);
}

/** True where a space holds a vector of a text that is searched and that the primary space lacks. */
export function isNeededBeside({ prepare }: StoreDatabase, space: number, primary: number): boolean {
  const sql = `SELECT 1 FROM vectors WHERE space = ? AND EXISTS (SELECT 1 FROM chunks WHERE chunks.text = vectors.text)
    AND NOT EXISTS (SELECT 1 FROM vectors AS own WHERE own.text = vectors.text AND own.space = ?) LIMIT 1`;
  return prepare(sql).get(space, primary) !== undefined;
}
