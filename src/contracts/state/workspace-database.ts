import type { Disposable } from '../plugins/disposable.ts';

/** What a statement takes and gives. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** One prepared statement. */
interface Statement {
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
}

/** Gives the statement of a text, prepared once. */
export type Prepare = (sql: string) => Statement;

/**
 * A small database of the workspace for what must not be lost or forgotten in silence; used by several processes at
 * once. Every method throws StoreError (E_STORE_LOCKED, E_STORE_CORRUPT, E_STORE_NEWER), FileAccessError or
 * StorageFullError, and whoever asks decides what then may go on.
 */
export interface WorkspaceDatabase extends Disposable {
  readonly path: string;
  /** Undefined where there is no file yet; the first `transact` makes it. */
  read<T>(work: (prepare: Prepare) => T): T | undefined;
  /** One transaction that holds the writer's place from its beginning; what the work throws undoes it and is thrown on. */
  transact<T>(work: (prepare: Prepare) => T): T;
}
