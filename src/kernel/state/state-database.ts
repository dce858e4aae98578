import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { describeFault } from './database-fault.ts';
import type { DatabaseFault } from './database-fault.ts';
import { migrate, readVersion, STATE_VERSION } from './migrations.ts';

/** Longest wait for another process's write; writes here take well under a millisecond. */
const BUSY_LIMIT_MS = 500;

/** How long a database that would not take a write is left alone. */
const REST_MS = 30_000;

/** What the holder needs. */
interface StateDatabaseOptions {
  readonly path: string;
  /** Milliseconds of a monotonic clock. */
  monotonic(): number;
  onFault(message: string): void;
}

/**
 * state.db of one workspace, opened when it is first needed: a read of a workspace that has none opens nothing, a
 * write creates it. Nothing here throws.
 *
 * | state    | read                  | write                                  |
 * |----------|-----------------------|----------------------------------------|
 * | closed   | opens if it exists    | creates and opens                      |
 * | open     | runs                  | runs; a fault rests it or ends it      |
 * | resting  | runs                  | refused until half a minute has passed |
 * | unusable | refused               | refused, for the life of the process   |
 */
export class StateDatabase {
  readonly #options: StateDatabaseOptions;
  readonly #statements = new Map<string, StatementSync>();
  #database: DatabaseSync | undefined;
  #restsUntil = 0;
  #isUnusable = false;
  #problem: string | undefined;

  constructor(options: StateDatabaseOptions) {
    this.#options = options;
  }

  problem(): string | undefined {
    return this.#problem;
  }

  /** The result of the work, or undefined when there is no database to ask. */
  read<T>(work: (prepare: (sql: string) => StatementSync) => T): T | undefined {
    if (this.#isUnusable) return undefined;
    try {
      if (this.#database === undefined && !existsSync(this.#options.path)) return undefined;
      this.#open();
      return work(this.#prepare);
    } catch (error) {
      this.#take(error);
      return undefined;
    }
  }

  /** True when the work was stored. */
  write(work: (prepare: (sql: string) => StatementSync) => void): boolean {
    if (this.#isUnusable || this.#options.monotonic() < this.#restsUntil) return false;
    try {
      this.#open();
      work(this.#prepare);
      this.#problem = undefined;
      return true;
    } catch (error) {
      this.#take(error);
      return false;
    }
  }

  close(): void {
    this.#statements.clear();
    const database = this.#database;
    this.#database = undefined;
    this.#isUnusable = true;
    try {
      database?.close();
    } catch (error) {
      this.#options.onFault(`state.db did not close cleanly: ${String(error)}`);
    }
  }

  readonly #prepare = (sql: string): StatementSync => {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#database === undefined) throw new Error('state.db is closed');
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  };

  #open(): void {
    if (this.#database !== undefined) return;
    const { path } = this.#options;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Loaded here, so that what only prints help does not pay for it.
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(path, { timeout: BUSY_LIMIT_MS });
    try {
      const version = readVersion(database);
      if (version > STATE_VERSION) {
        const message = `${path} was written by a newer version (state ${version}, known ${STATE_VERSION}): update wooster, or move the file away`;
        throw new StoreError('E_STORE_NEWER', message, { location: path });
      }
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      migrate(database);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
  }

  #take(error: unknown): void {
    const fault: DatabaseFault = describeFault(error, this.#options.path);
    if (fault.isLasting) {
      this.close();
      this.#statements.clear();
    } else this.#restsUntil = this.#options.monotonic() + REST_MS;
    if (this.#problem !== fault.message) this.#options.onFault(fault.message);
    this.#problem = fault.message;
  }
}
