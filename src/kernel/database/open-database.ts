import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { Prepare, WorkspaceDatabase } from '../../contracts/state/workspace-database.ts';
import { toDatabaseError } from './database-error.ts';

/** Longest wait for another process's transaction; each takes well under a millisecond. */
const BUSY_LIMIT_MS = 2_000;

/** What a database is opened with. */
interface DatabaseOptions {
  readonly path: string;
  /** What it holds, for messages: `the spending of this workspace`. */
  readonly holds: string;
  /** The numbered steps of its schema; `PRAGMA user_version` counts those done. A published step is never changed. */
  readonly steps: readonly string[];
}

/** A database of the workspace; does no I/O until it is used. */
export function openDatabase(options: DatabaseOptions): WorkspaceDatabase {
  return new SmallDatabase(options);
}

/**
 * | state  | read                | transact         | dispose   |
 * |--------|---------------------|------------------|-----------|
 * | closed | opens if it is there| makes and opens  | -> closed |
 * | open   | runs                | runs             | -> closed |
 *
 * A fault leaves the state as it is: the next call tries again.
 */
class SmallDatabase implements WorkspaceDatabase {
  readonly path: string;
  readonly #options: DatabaseOptions;
  readonly #statements = new Map<string, StatementSync>();
  #connection: DatabaseSync | undefined;

  constructor(options: DatabaseOptions) {
    this.path = options.path;
    this.#options = options;
  }

  read<T>(work: (prepare: Prepare) => T): T | undefined {
    return this.#translated(() => {
      if (this.#connection === undefined && !existsSync(this.path)) return undefined;
      this.#open();
      return work(this.#prepare);
    });
  }

  transact<T>(work: (prepare: Prepare) => T): T {
    return this.#translated(() => {
      const connection = this.#open();
      connection.exec('BEGIN IMMEDIATE');
      try {
        const result = work(this.#prepare);
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        // SQLite has rolled back by itself after a full disk or an input/output error.
        if (connection.isTransaction) connection.exec('ROLLBACK');
        throw error;
      }
    });
  }

  dispose(): void {
    this.#statements.clear();
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  readonly #prepare = (sql: string): StatementSync => {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#open().prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  };

  #translated<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toDatabaseError(error, this.path, this.#options.holds);
    }
  }

  #open(): DatabaseSync {
    if (this.#connection !== undefined) return this.#connection;
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    // For its owner alone; SQLite gives the files beside it the mode of this one.
    if (!existsSync(this.path)) closeSync(openSync(this.path, 'a', 0o600));
    // Loaded here, so that what only prints help does not pay for it.
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const connection = new DatabaseSync(this.path, { timeout: BUSY_LIMIT_MS });
    try {
      this.#requireKnownVersion(connection);
      connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      this.#migrate(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
    return connection;
  }

  #requireKnownVersion(connection: DatabaseSync): void {
    const version = versionOf(connection);
    const known = this.#options.steps.length;
    if (version <= known) return;
    const message = `${this.path} was written by a newer version (${version}, known ${known}): update wooster, or move the file away`;
    throw new StoreError('E_STORE_NEWER', message, { location: this.path });
  }

  /** In one transaction; processes that start at once take turns, and one of them does it. */
  #migrate(connection: DatabaseSync): void {
    const { steps } = this.#options;
    if (versionOf(connection) >= steps.length) return;
    connection.exec('BEGIN IMMEDIATE');
    try {
      for (const step of steps.slice(versionOf(connection))) connection.exec(step);
      connection.exec(`PRAGMA user_version = ${steps.length}`);
      connection.exec('COMMIT');
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }
}

function versionOf(connection: DatabaseSync): number {
  return (connection.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}
