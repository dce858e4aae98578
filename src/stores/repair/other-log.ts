import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { corruptStore, resultCode } from '../database/store-fault.ts';

/** More changes than are ever made before a log of writes is emptied. */
const MAX_CHANGES = 2 ** 24;

const FACTS = `SELECT (SELECT value FROM meta WHERE key = 'store_id') AS id, (SELECT change FROM counter) AS change`;

/** What tells one store from another; undefined where that cannot be read now, `none` where it has not the tables of one. */
type Facts = { readonly id: string | null; readonly change: number | null } | 'none' | undefined;

function factsOf(path: string, isWithLog: boolean): Facts {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const place = pathToFileURL(path);
  // Whoever may only read leaves the log where it is when it closes; without the log nothing else than the file is opened.
  if (!isWithLog) place.searchParams.set('immutable', '1');
  try {
    const connection = new DatabaseSync(place, { readOnly: true });
    try {
      return connection.prepare(FACTS).get() as Facts;
    } finally {
      connection.close();
    }
  } catch (error) {
    // SQLITE_ERROR: there is no such table.
    return resultCode(error) === 1 ? 'none' : undefined;
  }
}

/** The counter of each store begins somewhere else, and every change of a store is in its log with the page of the counter. */
function isOther(path: string): boolean {
  const own = factsOf(path, false);
  const found = factsOf(path, true);
  if (own === undefined || own === 'none' || found === undefined) return false;
  if (found === 'none') return true;
  if (own.id !== null && found.id !== null && own.id !== found.id) return true;
  if (own.change === null || found.change === null) return false;
  return found.change < own.change || found.change > own.change + MAX_CHANGES;
}

/**
 * True where the log of writes beside store.db is that of another database. SQLite would not notice: the checksums of the
 * log are of itself alone, and its pages would take the place of those of the store.
 */
export function hasOtherLog(path: string): boolean {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log === undefined || log.size === 0 || statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  // Looked at twice: another process may have been writing the very page that was read.
  return isOther(path) && isOther(path);
}

/** E_STORE_CORRUPT where store.db has the log of writes of another database. */
export function refuseOtherLog(path: string): void {
  if (hasOtherLog(path)) throw corruptStore(path, 'the log of writes beside it is that of another database');
}
