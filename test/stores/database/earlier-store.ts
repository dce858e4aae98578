import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrateStore } from '../../../src/stores/database/store-schema.ts';

/** Tables of the first version with the columns they had then. */
const FIRST_TABLES: Readonly<Record<string, string>> = {
  meta: 'key, value',
  counter: 'id, change',
  splittings: 'id, record',
  spaces: 'id, space_id, record, role, splitting, driver, is_inferred, removals_from',
  sources: 'id, path, sha256, bytes, media_type, modified_at, splitting, fingerprint',
  texts: 'id, hash, text',
  chunks: 'row, chunk_id, source, ordinal, text, headings, start, stop, line, page',
  vectors: 'row, space, text, change, vector',
  removals: 'row, space, change',
};

/** Every row that the first version knows, table by table, whatever the version now. */
export function rowsOfFirst(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Object.entries(FIRST_TABLES).map(([table, columns]) => [
      table,
      database.prepare(`SELECT ${columns} FROM ${table} ORDER BY 1`).all(),
    ]);
  } finally {
    database.close();
  }
}

/** Makes a store of an earlier version that holds the rows of one of today, as a program of that time wrote them. */
export function writeEarlier(today: string, file: string, version: number): void {
  rmSync(file, { force: true });
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF');
  migrateStore(database, version);
  database.exec(`ATTACH '${today}' AS today; DELETE FROM counter; BEGIN`);
  for (const [table, first] of Object.entries(FIRST_TABLES)) {
    const columns = table === 'chunks' && version > 1 ? `${first}, metadata` : first;
    database.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM today.${table}`);
  }
  database.exec(`INSERT INTO passages (rowid, text, headings, path) SELECT row, text, headings, path FROM passage_texts;
    UPDATE main.sqlite_sequence SET seq = (SELECT seq FROM today.sqlite_sequence WHERE name = 'vectors') WHERE name = 'vectors';
    COMMIT; DETACH today`);
  database.close();
}
