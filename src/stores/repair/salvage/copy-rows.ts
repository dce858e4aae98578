import { setImmediate as pause } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { StoreDatabase } from '../../database/store-database.ts';
import { resultCode } from '../../database/store-fault.ts';
import { readAround } from './read-around.ts';

/** Rows that are copied before other calls are looked at. */
const BATCH_ROWS = 1_024;

/** Tables of truth, what others point to first, each with the column that is its number of the row. */
const TABLES: readonly (readonly [table: string, row: string | undefined])[] = [
  ['meta', undefined],
  ['splittings', 'id'],
  ['spaces', 'id'],
  ['sources', 'id'],
  ['texts', 'id'],
  ['chunks', 'row'],
  ['vectors', 'row'],
  ['served_spaces', 'rowid'],
  ['migrations', 'id'],
  ['parked_sources', undefined],
  ['parked_chunks', 'rowid'],
];

type Table = (typeof TABLES)[number];

function columnsOf(database: DatabaseSync, table: string): readonly string[] {
  try {
    const rows = database.prepare(`SELECT name FROM pragma_table_info(?) ORDER BY cid`).all(table) as {
      name: string;
    }[];
    return rows.map(({ name }) => name);
  } catch {
    return [];
  }
}

/** What SQLite says of a row that does not fit its table: a constraint, or a wrong type. */
function isMisfit(error: unknown): boolean {
  return [19, 20].includes(resultCode(error) ?? 0);
}

async function copyTable(
  from: DatabaseSync,
  to: StoreDatabase,
  [table, row]: Table,
  signal: AbortSignal,
): Promise<void> {
  const known = columnsOf(from, table);
  const columns = columnsOf(to.connection, table).filter((column) => known.includes(column));
  if (columns.length === 0) return;
  const pages = from.prepare('PRAGMA page_count').get()?.['page_count'] as number;
  const places = columns.map(() => '?').join(', ');
  const insert = to.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
  let copied = 0;
  for (const values of readAround(from, { table, columns, pages, ...(row !== undefined && { row }) })) {
    try {
      insert.run(...values);
    } catch (error) {
      if (!isMisfit(error)) throw error;
    }
    copied += 1;
    if (copied % BATCH_ROWS !== 0) continue;
    await pause();
    signal.throwIfAborted();
  }
}

function lastChange(from: DatabaseSync): number {
  let last = 0;
  for (const [change] of readAround(from, { table: 'counter', columns: ['change'], row: 'id', pages: 1 })) {
    if (typeof change === 'bigint' && change > 0n && change < 2n ** 52n) last = Math.max(last, Number(change));
  }
  return last;
}

/** Copies every row that can be read into an empty store, under the numbers that it had. */
export async function copyRows(from: DatabaseSync, to: StoreDatabase, signal: AbortSignal): Promise<void> {
  to.connection.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE');
  try {
    for (const table of TABLES) await copyTable(from, to, table, signal);
    to.prepare('UPDATE counter SET change = ?').run(lastChange(from));
    to.connection.exec('COMMIT');
  } catch (error) {
    if (to.connection.isTransaction) to.connection.exec('ROLLBACK');
    throw error;
  }
}
