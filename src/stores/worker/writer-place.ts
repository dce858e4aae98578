import { truncateSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { toCancellation } from '../../kernel/http/cancellation.ts';
import { isBusy, resultCode } from '../database/store-fault.ts';

/** What a second writer waits for the first. */
const WAIT_MS = 2_000;

const RETRY_MS = 40;

/** SQLITE_ERROR and SQLITE_CONSTRAINT of another table, SQLITE_READONLY of a head of another format, SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGED = new Set([1, 8, 11, 19, 26]);

const CREATE = `CREATE TABLE IF NOT EXISTS holder (
  id INTEGER PRIMARY KEY CHECK (id = 1), pid INTEGER NOT NULL, task TEXT NOT NULL, since INTEGER NOT NULL) STRICT`;
const UPSERT = `INSERT INTO holder VALUES (1, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET pid = excluded.pid, task = excluded.task, since = excluded.since`;

/**
 * The place of the one writer of a store: an open transaction on writer.db. The kernel frees it when the process dies,
 * so that no lock is ever left behind. Who holds it is written there first, for those who wait.
 */
export class WriterPlace {
  readonly #path: string;
  #connection: DatabaseSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isHeld(): boolean {
    return this.#connection !== undefined;
  }

  /** Waits up to 2 s, then throws E_STORE_LOCKED that names the holder. */
  async take(task: string, signal: AbortSignal): Promise<void> {
    const connection = this.#connect();
    const until = performance.now() + WAIT_MS;
    try {
      while (!this.#claim(connection, task)) {
        if (performance.now() >= until) throw this.#locked(connection);
        await wait(RETRY_MS, undefined, { signal });
      }
    } catch (error) {
      connection.close();
      throw signal.aborted ? toCancellation(signal) : error;
    }
    this.#connection = connection;
  }

  /** Takes the place when it is free; false when somebody has it. */
  tryTake(task: string): boolean {
    const connection = this.#connect();
    try {
      if (this.#claim(connection, task)) this.#connection = connection;
    } finally {
      if (!this.isHeld) connection.close();
    }
    return this.isHeld;
  }

  release(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  #connect(): DatabaseSync {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    return new DatabaseSync(this.#path, { timeout: 0 });
  }

  /** A damaged file is emptied, not deleted: it is only a lock, and who holds that keeps it. */
  #claim(connection: DatabaseSync, task: string, isMended = false): boolean {
    try {
      connection.exec('BEGIN IMMEDIATE');
      connection.exec(CREATE);
      connection.prepare(UPSERT).run(process.pid, task, Date.now());
      connection.exec('COMMIT');
      // Another may come between the two; then this one waits on.
      connection.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK');
      if (isBusy(error)) return false;
      if (isMended || !DAMAGED.has(resultCode(error) ?? 0)) throw error;
      truncateSync(this.#path);
      return this.#claim(connection, task, true);
    }
  }

  #locked(connection: DatabaseSync): StoreError {
    let holder: Record<string, unknown> | undefined;
    try {
      holder = connection.prepare('SELECT pid, task, since FROM holder').get();
    } catch (error) {
      // Whoever holds it may have been interrupted in writing that down.
      if (!isBusy(error) && !DAMAGED.has(resultCode(error) ?? 0)) throw error;
    }
    const since = typeof holder?.['since'] === 'number' ? new Date(holder['since']).toISOString() : undefined;
    const who =
      holder === undefined
        ? 'another process'
        : `process ${String(holder['pid'])} (${String(holder['task'])}, since ${since})`;
    const message = `the store at ${this.#path.replace(/[^/\\]+$/, '')} is being written by ${who}: wait for it to end, or end it, and run this again; searching works meanwhile`;
    return new StoreError('E_STORE_LOCKED', message, { location: this.#path, details: { holder: { ...holder } } });
  }
}
