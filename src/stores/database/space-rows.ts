import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import type { SpaceStats } from '../../contracts/knowledge/knowledge-store.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { identityOf } from '../../kernel/spaces/space-identity.ts';
import { dropUnused } from './source-writer.ts';
import type { StoreDatabase } from './store-database.ts';

/** A space as it stands in a store. */
export interface SpaceRow {
  readonly id: number;
  readonly space: EmbeddingSpace;
  readonly role: SpaceStats['role'];
  readonly driver: string;
  readonly isInferred: boolean;
}

/** A space that a migration fills is searched by nobody yet, whatever it was before. */
const SELECT = `SELECT id, space_id, record, driver, is_inferred, CASE WHEN EXISTS
  (SELECT 1 FROM migrations WHERE target = spaces.id AND state IN ('filling', 'paused')) THEN 'target' ELSE role END AS role
  FROM spaces`;

type Row = {
  readonly id: number;
  readonly record: string;
  readonly role: SpaceStats['role'];
  readonly driver: string;
  readonly is_inferred: number;
};

function toSpaceRow({ id, record, role, driver, is_inferred: inferred }: Row): SpaceRow {
  return { id, space: JSON.parse(record) as EmbeddingSpace, role, driver, isInferred: inferred === 1 };
}

/** Every space of the store, the first one first. */
export function listSpaces(database: StoreDatabase): readonly SpaceRow[] {
  return (database.prepare(`${SELECT} ORDER BY id`).all() as Row[]).map(toSpaceRow);
}

/** The space of an id; undefined when the store has none of it. E_STORE_MISMATCH when its record is another. */
export function findSpace(database: StoreDatabase, space: EmbeddingSpace): SpaceRow | undefined {
  const row = database.prepare(`${SELECT} WHERE space_id = ?`).get(space.spaceId) as Row | undefined;
  if (row === undefined) return undefined;
  const known = toSpaceRow(row);
  if (identityOf(known.space) === identityOf(space)) return known;
  const message = `${database.path} knows the space ${space.spaceId} with another record (${known.space.name}, ${known.space.dimensions} dimensions) than the configured model (${space.name}, ${space.dimensions}): ingest into a new store`;
  throw new StoreError('E_STORE_MISMATCH', message, { location: database.path });
}

/** What is known of a space that may be made. */
export interface NewSpace {
  /** It was guessed whose vectors they are. */
  readonly isInferred?: boolean;
  /** Its model stands in for the store's own, and never becomes that. */
  readonly isFallback?: boolean;
}

/**
 * The space, made when the store has none of it. Where the store has no primary one yet it becomes that, unless it is a
 * fallback. Inside a transaction.
 */
export function ensureSpace(
  database: StoreDatabase,
  space: EmbeddingSpace,
  { isInferred = false, isFallback = false }: NewSpace = {},
): SpaceRow {
  const isTaken = listSpaces(database).some((each) => each.role === 'primary');
  const role = isTaken || isFallback ? 'fallback' : 'primary';
  const known = findSpace(database, space);
  if (known === undefined) {
    // An index file of this id that was written before is of other vectors.
    database
      .prepare(
        `INSERT INTO spaces (space_id, record, role, driver, is_inferred, removals_from)
         VALUES (?, ?, ?, ?, ?, (SELECT change FROM counter))`,
      )
      .run(space.spaceId, JSON.stringify(space), role, 'exact', isInferred ? 1 : 0);
  } else if (known.role === 'fallback' && role === 'primary') {
    database.prepare("UPDATE spaces SET role = 'primary' WHERE id = ?").run(known.id);
  }
  return findSpace(database, space)!;
}

/** Makes a space the primary one; every other is a former one from then on. Inside a transaction. */
export function makePrimary(database: StoreDatabase, id: number): void {
  database.prepare(`UPDATE spaces SET role = CASE WHEN id = ? THEN 'primary' ELSE 'former' END`).run(id);
}

/** Records the driver of the index of a space. */
export function recordDriver(database: StoreDatabase, id: number, driver: string): void {
  // Read first: a statement that writes waits for other writers even when it changes nothing.
  const known = database.prepare('SELECT driver FROM spaces WHERE id = ?').get(id)?.['driver'];
  if (known !== driver) database.prepare('UPDATE spaces SET driver = ? WHERE id = ?').run(driver, id);
}

/** Begin of the keys of `meta` under which the changes of index files are kept. */
const SAVED_INDEX = 'index_change ';
const DROP_SAVED_INDEX = `DELETE FROM meta WHERE key = '${SAVED_INDEX}' || (SELECT space_id FROM spaces WHERE id = ?)`;

/** Keeps of which change the file of an index is, once that is written. */
export function recordSavedIndex(database: StoreDatabase, spaceId: string, change: number): void {
  const sql = 'INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
  database.prepare(sql).run(SAVED_INDEX + spaceId, String(change));
}

/** Of which change the file of an index is as far as the database knows; a file of another is of writes that it has lost. */
export function savedIndexChange(database: StoreDatabase, spaceId: string): number | undefined {
  const value = database.prepare('SELECT value FROM meta WHERE key = ?').get(SAVED_INDEX + spaceId)?.['value'];
  return value === undefined ? undefined : Number(value);
}

/** Deletes a space that has no vectors any more, with all that hangs on it and the texts that only it needed. Inside a transaction. */
export function deleteSpace(database: StoreDatabase, space: number): void {
  const sql = 'SELECT DISTINCT text FROM parked_chunks WHERE space = ?';
  const texts = (database.prepare(sql).all(space) as { text: number }[]).map(({ text }) => text);
  for (const table of ['parked_chunks', 'parked_sources', 'removals', 'served_spaces']) {
    database.prepare(`DELETE FROM ${table} WHERE space = ?`).run(space);
  }
  database.prepare(DROP_SAVED_INDEX).run(space);
  database.prepare('DELETE FROM spaces WHERE id = ?').run(space);
  dropUnused(database, texts, database.nextChange());
}
