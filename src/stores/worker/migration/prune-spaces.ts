import { statSync } from 'node:fs';
import { UsageError } from '../../../contracts/errors/host-errors.ts';
import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';
import { deleteSpace } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import { countVectors } from '../../database/vector-rows.ts';
import type { StoreSession } from '../store-session.ts';
import { lastMigration, prunableSpaces } from './migration-rows.ts';

/** Vectors that one transaction deletes: others write in between. */
const DELETED_AT_ONCE = 4_096;

/** A larger database is not written anew; its free pages are used by what comes. */
const COMPACT_BYTES = 1024 ** 3;

/** Share of free pages from which writing the database anew pays. */
const COMPACT_SHARE = 0.2;

/** True where pruning was broken off. */
export function isPruning(database: StoreDatabase): boolean {
  return lastMigration(database)?.state === 'pruning';
}

/** Marks what is to be pruned, in one transaction. */
export function beginPruning(database: StoreDatabase): {
  readonly pruned: readonly EmbeddingSpace[];
  readonly vectors: number;
} {
  return database.transaction(() => {
    const spaces = prunableSpaces(database);
    const last = lastMigration(database);
    if (last === undefined && spaces.length === 0) {
      throw new UsageError(`the store at ${database.path} has no space but the one that is searched: nothing to prune`);
    }
    const vectors = spaces.reduce((sum, { id }) => sum + countVectors(database, id), 0);
    const change = database.nextChange();
    for (const { id } of spaces) {
      // An index that was made before this meets no space of its own again.
      database.prepare("UPDATE spaces SET role = 'former', removals_from = ? WHERE id = ?").run(change, id);
    }
    database.prepare("UPDATE migrations SET state = 'pruning', changed_at = ?").run(Date.now());
    return { pruned: spaces.map(({ space }) => space), vectors };
  });
}

/** Gives pages back to the disk where that is cheap; a store that others use at the moment keeps them for later. */
function compact({ connection, prepare, path }: StoreDatabase): void {
  const read = (name: string): number => prepare(`PRAGMA ${name}`).get()?.[name] as number;
  const isWorth = read('freelist_count') > read('page_count') * COMPACT_SHARE && statSync(path).size < COMPACT_BYTES;
  try {
    if (isWorth) connection.exec('VACUUM');
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // A busy store or a full disk: the pages stay and are used again.
  }
}

/** Deletes some of what is marked, in one transaction; false when all of it is gone. */
export async function pruneSome(session: StoreSession): Promise<boolean> {
  const { database } = session;
  const spaces = prunableSpaces(database);
  const full = spaces.find(({ id }) => countVectors(database, id) > 0);
  if (full !== undefined) {
    await session.dropIndex(full);
    const sql = 'DELETE FROM vectors WHERE row IN (SELECT row FROM vectors WHERE space = ? LIMIT ?)';
    database.transaction(() => database.prepare(sql).run(full.id, DELETED_AT_ONCE));
    return true;
  }
  for (const space of spaces) await session.dropIndex(space);
  // The rows of migrations say that this is to be gone on with: all of them go with the last of it.
  database.transaction(() => {
    database.prepare("DELETE FROM migrations WHERE state = 'pruning'").run();
    for (const { id } of spaces) deleteSpace(database, id);
  });
  compact(database);
  return false;
}
