import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { makeLastingFolderNow } from '../../kernel/files/sync-now.ts';
import { refuseLostFile } from '../repair/lost-file.ts';
import { refuseOtherLog } from '../repair/other-log.ts';
import { corruptStore, OTHER_PROGRAM } from './store-fault.ts';
import { isStoreDatabase, migrateStore, readStoreVersion, STORE_VERSION } from './store-schema.ts';

/** Longest wait for another process's transaction; one source is written in much less. */
const BUSY_LIMIT_MS = 10_000;

/** store.db of one store, open. Runs in the worker of the store only: node:sqlite is synchronous. */
export class StoreDatabase {
  readonly path: string;
  readonly connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(path: string, connection: DatabaseSync) {
    this.path = path;
    this.connection = connection;
  }

  /** Opens store.db, made first when `create` is told. UsageError when it is not there; E_STORE_NEWER, E_STORE_CORRUPT. */
  static open(path: string, create: boolean): StoreDatabase {
    refuseLostFile(path);
    refuseOtherLog(path);
    if (!create && !existsSync(path)) throw new UsageError(`there is no store at ${path}`);
    makeLastingFolderNow(dirname(path));
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const connection = new DatabaseSync(path, { timeout: BUSY_LIMIT_MS });
    try {
      const version = readStoreVersion(connection);
      if (!isStoreDatabase(connection)) throw corruptStore(path, OTHER_PROGRAM);
      if (version > STORE_VERSION) {
        const message = `${path} was written by a newer version (store ${version}, known ${STORE_VERSION}): update wooster`;
        throw new StoreError('E_STORE_NEWER', message, { location: path });
      }
      connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;');
      migrateStore(connection);
      return new StoreDatabase(path, connection);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** The statement, prepared once. */
  readonly prepare = (sql: string): StatementSync => {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  };

  /** Runs the work whole or not at all. */
  transaction<T>(work: () => T): T {
    this.connection.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.connection.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after a full disk or an input/output error.
      if (this.connection.isTransaction) this.connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** Grows with every change of texts or vectors, by whichever process. */
  change(): number {
    return this.prepare('SELECT change FROM counter').get()?.['change'] as number;
  }

  /** Counts a change; inside a transaction. */
  nextChange(): number {
    this.prepare('UPDATE counter SET change = change + 1').run();
    return this.change();
  }

  /** Moves what the log of writes holds into the database and empties it, as far as readers allow. */
  emptyLog(): void {
    this.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#statements.clear();
    this.connection.close();
  }
}
