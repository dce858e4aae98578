import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import {
  isStoreDatabase,
  migrateStore,
  readStoreVersion,
  STORE_APPLICATION_ID,
  STORE_VERSION,
} from '../../../src/stores/database/store-schema.ts';

function shapeOf(database: DatabaseSync): unknown {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view', 'index') ORDER BY name")
    .all()
    .map((row) => String(row['name']));
  return tables.map((name) => [name, database.prepare('SELECT name, type FROM pragma_table_info(?)').all(name)]);
}

function fill(database: DatabaseSync): void {
  database.exec(`INSERT INTO splittings VALUES (1, '{}');
    INSERT INTO sources VALUES (1, 'a.md', 'x', 1, 'text/plain', 1, 1, 'f');
    INSERT INTO texts VALUES (1, 'h', 'apples are red');
    INSERT INTO chunks (row, chunk_id, source, ordinal, text, headings, start, stop) VALUES (1, 'c', 1, 0, 1, '[]', 0, 14);
    INSERT INTO passages (rowid, text, headings, path) SELECT row, text, headings, path FROM passage_texts;`);
}

describe('the schema of store.db', () => {
  test.each(Array.from({ length: STORE_VERSION + 1 }, (_, version) => version))(
    'is reached from version %i, with what was stored',
    (version) => {
      const fresh = new DatabaseSync(':memory:');
      migrateStore(fresh);
      const database = new DatabaseSync(':memory:');
      migrateStore(database, version);
      expect(readStoreVersion(database)).toBe(version);
      if (version > 0) fill(database);
      migrateStore(database);
      expect(readStoreVersion(database)).toBe(STORE_VERSION);
      expect(shapeOf(database)).toEqual(shapeOf(fresh));
      if (version === 0) return;
      const found = database.prepare(`SELECT path FROM passages WHERE passages MATCH '"apples"'`).all();
      expect(found).toEqual([expect.objectContaining({ path: 'a.md' })]);
    },
  );

  test('marks its file, so that a database of another program is not taken for one', () => {
    const database = new DatabaseSync(':memory:');
    expect(isStoreDatabase(database)).toBe(true);
    migrateStore(database);
    expect(isStoreDatabase(database)).toBe(true);
    expect(database.prepare('PRAGMA application_id').get()).toMatchObject({ application_id: STORE_APPLICATION_ID });
    const other = new DatabaseSync(':memory:');
    other.exec('CREATE TABLE notes (text)');
    expect(isStoreDatabase(other)).toBe(false);
    other.exec('PRAGMA application_id = 7');
    expect(isStoreDatabase(other)).toBe(false);
  });

  test('is left as it was when a step fails', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE meta (key TEXT)');
    expect(() => migrateStore(database)).toThrow();
    expect(readStoreVersion(database)).toBe(0);
    expect(database.isTransaction).toBe(false);
  });
});
