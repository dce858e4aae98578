import { accessSync, constants } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StoreDatabase } from '../database/store-database.ts';
import { OTHER_PROGRAM, resultCode, toStoreError } from '../database/store-fault.ts';
import { migrateStore } from '../database/store-schema.ts';

/** Most lines that SQLite writes about one file. */
const MAX_LINES = 20;

/** What was found of a store.db: open where SQLite can read it whole, else why not. */
type Diagnosis =
  { readonly database: StoreDatabase; readonly rebuilt: readonly string[] } | { readonly reason: string };

/** What SQLite finds in the pages of a database; empty where all are sound. */
export function checkPages(connection: DatabaseSync): readonly string[] {
  const lines = connection.prepare(`PRAGMA integrity_check(${MAX_LINES})`).all() as { integrity_check: string }[];
  return lines.map((line) => line.integrity_check.replace(/\s+/g, ' ')).filter((line) => line !== 'ok');
}

/** True where full text fits the passages. It is derived, and can be made anew. */
export function isFullTextSound(connection: DatabaseSync): boolean {
  try {
    connection.exec(`INSERT INTO passages (passages, rank) VALUES ('integrity-check', 1)`);
    return true;
  } catch (error) {
    // SQLITE_CORRUPT_VTAB: this table alone.
    if (resultCode(error) !== 11) throw error;
    return false;
  }
}

/** Names and texts of all tables. */
function schemaOf(connection: DatabaseSync): string {
  const rows = connection.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
  return JSON.stringify(rows);
}

/** True for a file with the tables of a store, whatever its head says of program and version. */
function hasStoreTables(path: string): boolean {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const fresh = new DatabaseSync(':memory:');
  const connection = new DatabaseSync(path);
  try {
    migrateStore(fresh);
    return schemaOf(connection) === schemaOf(fresh);
  } catch {
    return false;
  } finally {
    connection.close();
    fresh.close();
  }
}

function openSound(path: string): Diagnosis {
  const database = StoreDatabase.open(path, false);
  try {
    // A head of another format may allow reading alone.
    database.connection.exec('BEGIN IMMEDIATE; UPDATE counter SET change = change; ROLLBACK');
    const rebuilt: string[] = [];
    let faults = checkPages(database.connection);
    if (faults.length > 0 && faults.every((line) => /fts5|passages/i.test(line))) {
      database.connection.exec(`INSERT INTO passages (passages) VALUES ('rebuild')`);
      rebuilt.push('full text: its pages were damaged');
      faults = checkPages(database.connection);
    }
    if (faults.length === 0) return { database, rebuilt };
    database.close();
    return { reason: faults.slice(0, 3).join('; ') };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** An input/output error, or a file that may not be written to, of a file that this process may read and write is damage. */
function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What is no damage, and must not be treated as such. */
const OTHER_FAULTS: readonly string[] = ['E_DISK_FULL', 'E_STORE_LOCKED', 'E_USAGE', 'E_CANCELLED'];

/**
 * Opens a store.db and looks at every page of it. Throws what is no damage: a newer version, another program's file, a
 * full disk, a lock, missing permissions.
 */
export function diagnose(path: string): Diagnosis {
  try {
    return openSound(path);
  } catch (error) {
    const known = toStoreError(error, path);
    const { reason } = known.details;
    const isForeign = known.code === 'E_STORE_NEWER' || reason === OTHER_PROGRAM;
    if (isForeign && !hasStoreTables(path)) throw known;
    if (OTHER_FAULTS.includes(known.code) || (known.code === 'E_FILE' && !isUsable(path))) throw known;
    if (isForeign) return { reason: 'its head is damaged' };
    return { reason: typeof reason === 'string' ? reason : known.message };
  }
}
