import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';
import { deleteSpace, ensureSpace, listSpaces } from '../../database/space-rows.ts';
import type { SpaceRow } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import { countVectors, insertVector, pruneRemovals, toStoredVector } from '../../database/vector-rows.ts';
import type { HomelessTexts, ReconcileCalls } from '../../link/calls/reconcile-calls.ts';
import type { StoreSession } from '../store-session.ts';

/** Rows that one transaction drops: readers and the person's own writes come in between. */
const DROPPED_AT_ONCE = 4_096;

const IS_SEARCHED = 'EXISTS (SELECT 1 FROM chunks WHERE chunks.text = texts.id)';
const HAS_VECTOR = 'EXISTS (SELECT 1 FROM vectors WHERE vectors.text = texts.id AND vectors.space IN';

/** Ids of spaces by role, as an SQL list; `listSpaces` knows which of them a migration fills. */
function idsOf(database: StoreDatabase, role: SpaceRow['role']): string {
  const ids = listSpaces(database).flatMap((space) => (space.role === role ? [space.id] : []));
  return `(${ids.join(', ')})`;
}

function homelessCounts({ database }: StoreSession): ReconcileCalls['homelessCounts']['output'] {
  const standIns = idsOf(database, 'fallback');
  const row = database
    .prepare(
      `SELECT count(*) AS n, coalesce(sum(${HAS_VECTOR} ${standIns})), 0) AS held FROM texts
       WHERE ${IS_SEARCHED} AND NOT ${HAS_VECTOR} ${idsOf(database, 'primary')})`,
    )
    .get() as { readonly n: number; readonly held: number };
  const spaces = listSpaces(database).filter(({ role }) => role === 'fallback').length;
  return { fromFallback: row.held, withoutVector: row.n - row.held, standIns: spaces };
}

function homeless({ database }: StoreSession, { after, limit }: ReconcileCalls['homeless']['input']): HomelessTexts {
  const rows = database
    .prepare(
      `SELECT id, hash, text FROM texts
       WHERE id > ? AND ${IS_SEARCHED} AND NOT ${HAS_VECTOR} ${idsOf(database, 'primary')}) ORDER BY id LIMIT ?`,
    )
    .all(after, limit) as { readonly id: number; readonly hash: string; readonly text: string }[];
  return {
    ids: rows.map(({ id }) => id),
    hashes: rows.map(({ hash }) => hash),
    texts: rows.map(({ text }) => text),
  };
}

/** Drops rows of vectors, and tells indexes that catch up. Inside a transaction. */
function dropRows(database: StoreDatabase, rows: readonly number[], change: number): void {
  const tell = database.prepare(
    'INSERT INTO removals (row, space, change) SELECT row, space, ? FROM vectors WHERE row = ?',
  );
  const drop = database.prepare('DELETE FROM vectors WHERE row = ?');
  for (const row of rows) {
    tell.run(change, row);
    drop.run(row);
  }
}

function rowsIn(database: StoreDatabase, text: number, spaces: string): readonly number[] {
  const rows = database.prepare(`SELECT row FROM vectors WHERE text = ? AND space IN ${spaces}`).all(text);
  return rows.map(({ row }) => row as number);
}

function bringHome({ database }: StoreSession, { space, hashes, vectors }: ReconcileCalls['bringHome']['input']): null {
  const { dimensions } = space;
  database.transaction(() => {
    const row = ensureSpace(database, space);
    const standIns = idsOf(database, 'fallback');
    const change = database.nextChange();
    hashes.forEach((hash, at) => {
      const text = database.prepare('SELECT id FROM texts WHERE hash = ?').get(hash)?.['id'] as number | undefined;
      if (text === undefined) return;
      const vector = vectors.subarray(at * dimensions, (at + 1) * dimensions);
      insertVector(database, { space: row.id, text, change, vector: toStoredVector(vector, row, database.path) });
      if (row.role === 'primary') dropRows(database, rowsIn(database, text, standIns), change);
    });
    pruneRemovals(database, change);
  });
  return null;
}

/** Rows of stand-ins whose text the own space holds, or no passage that is searched. */
function needlessRows(database: StoreDatabase): readonly number[] {
  const rows = database
    .prepare(
      `SELECT vectors.row AS row FROM vectors JOIN texts ON texts.id = vectors.text
       WHERE vectors.space IN ${idsOf(database, 'fallback')} AND (NOT ${IS_SEARCHED} OR EXISTS (
         SELECT 1 FROM vectors AS own WHERE own.text = texts.id AND own.space IN ${idsOf(database, 'primary')}))
       LIMIT ${DROPPED_AT_ONCE}`,
    )
    .all();
  return rows.map(({ row }) => row as number);
}

function isPartOfMigration(database: StoreDatabase, { id }: SpaceRow): boolean {
  return database.prepare('SELECT 1 FROM migrations WHERE source = ? OR target = ?').get(id, id) !== undefined;
}

async function dropStandIns(session: StoreSession): Promise<readonly EmbeddingSpace[]> {
  const { database } = session;
  for (let rows = needlessRows(database); rows.length > 0; rows = needlessRows(database)) {
    database.transaction(() => dropRows(database, rows, database.nextChange()));
  }
  const empty = listSpaces(database).filter(
    (space) =>
      space.role === 'fallback' && countVectors(database, space.id) === 0 && !isPartOfMigration(database, space),
  );
  for (const space of empty) {
    await session.dropIndex(space);
    database.transaction(() => deleteSpace(database, space.id));
  }
  return empty.map(({ space }) => space);
}

/** What the worker answers to the calls that bring vectors home. */
export function reconcileAnswers(session: () => StoreSession): {
  readonly [Name in keyof ReconcileCalls]: (
    input: ReconcileCalls[Name]['input'],
  ) => ReconcileCalls[Name]['output'] | Promise<ReconcileCalls[Name]['output']>;
} {
  return {
    homelessCounts: () => homelessCounts(session()),
    homeless: (input) => homeless(session(), input),
    bringHome: (input) => bringHome(session(), input),
    dropStandIns: () => dropStandIns(session()),
  };
}
