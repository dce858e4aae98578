import { createHash, type Hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';

/** Rows that are read before others get a turn. */
const ROWS_A_TURN = 2_000;

/** Full text is derived; the note and the digest itself are no part of the store. */
const TABLES = `SELECT name, (SELECT count(*) FROM pragma_table_info(t.name)) AS columns FROM sqlite_schema AS t
  WHERE type = 'table' AND name NOT LIKE 'passages%' AND name NOT LIKE 'sqlite%' ORDER BY name`;

function take(hash: Hash, value: unknown): void {
  if (value instanceof Uint8Array) hash.update(`blob ${value.byteLength} `).update(value);
  else hash.update(`${typeof value} ${String(value).length} ${String(value)} `);
}

/** A digest of every row of a store, which finds what was changed in a file whose structure is sound; hexadecimal. */
export async function digestRows(connection: DatabaseSync, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const tables = connection.prepare(TABLES).all() as { name: string; columns: number }[];
  let seen = 0;
  for (const { name, columns } of tables) {
    hash.update(`table ${name} `);
    const rows = name === 'meta' ? `meta WHERE key NOT LIKE 'backup%'` : name;
    // The first columns are the key of each table, so that nothing is sorted.
    const order = Array.from({ length: Math.min(columns, 3) }, (_, at) => at + 1).join(', ');
    for (const row of connection.prepare(`SELECT * FROM ${rows} ORDER BY ${order}`).iterate()) {
      for (const value of Object.values(row)) take(hash, value);
      if ((seen += 1) % ROWS_A_TURN !== 0) continue;
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  return hash.digest('hex');
}
