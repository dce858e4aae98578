import type { StoreDatabase } from '../database/store-database.ts';
import type { StoreSession } from './store-session.ts';

/** Says in the database that something is being removed; until `endRemoval` index files may still hold it. */
export function beginRemoval(database: StoreDatabase): void {
  database.prepare("INSERT OR IGNORE INTO meta VALUES ('removing', '1')").run();
}

/** Nothing but the log of writes holds any more what was removed. */
export function endRemoval(database: StoreDatabase): void {
  database.prepare("DELETE FROM meta WHERE key = 'removing'").run();
}

function isRemoving(database: StoreDatabase): boolean {
  return database.prepare("SELECT 1 FROM meta WHERE key = 'removing'").get() !== undefined;
}

/**
 * Removes the index files of a store whose process died between removing and saving them: they hold vectors of what is
 * gone, and can be made anew. A process that is still at it is left alone.
 */
export function finishRemoval(session: StoreSession): void {
  const { database, writer } = session;
  if (!isRemoving(database) || !writer.tryTake('finishing what was being removed')) return;
  try {
    for (const space of session.savedSpaces()) session.dropSaved(space);
    endRemoval(database);
    database.emptyLog();
  } finally {
    writer.release();
  }
}
