import type { DatabaseSync } from 'node:sqlite';

/** `application_id` of store.db, in the header of the file: "WSTR". */
export const STORE_APPLICATION_ID = 0x57535452;

/**
 * The numbered steps of store.db; `PRAGMA user_version` counts those done. A step is never changed once it was
 * published: a change is a further step.
 *
 * The truth is in sources, chunks, texts and vectors. `passages` is derived from `passage_texts` and can be rebuilt.
 * Rows of vectors are never used twice, so that an index which saw row 7 vanish never meets another row 7.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), change INTEGER NOT NULL) STRICT;
   INSERT INTO counter VALUES (1, 0);
   CREATE TABLE splittings (id INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE spaces (
     id INTEGER PRIMARY KEY,
     space_id TEXT NOT NULL UNIQUE,
     record TEXT NOT NULL,
     role TEXT NOT NULL CHECK (role IN ('primary', 'fallback', 'former')),
     splitting INTEGER REFERENCES splittings (id),
     driver TEXT NOT NULL,
     is_inferred INTEGER NOT NULL DEFAULT 0,
     removals_from INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE TABLE sources (
     id INTEGER PRIMARY KEY,
     path TEXT NOT NULL UNIQUE,
     sha256 TEXT NOT NULL,
     bytes INTEGER NOT NULL,
     media_type TEXT NOT NULL,
     modified_at REAL NOT NULL,
     splitting INTEGER NOT NULL REFERENCES splittings (id),
     fingerprint TEXT NOT NULL
   ) STRICT;
   CREATE TABLE texts (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
   CREATE TABLE chunks (
     row INTEGER PRIMARY KEY,
     chunk_id TEXT NOT NULL UNIQUE,
     source INTEGER NOT NULL REFERENCES sources (id),
     ordinal INTEGER NOT NULL,
     text INTEGER NOT NULL REFERENCES texts (id),
     headings TEXT NOT NULL,
     start INTEGER NOT NULL,
     stop INTEGER NOT NULL,
     line INTEGER,
     page INTEGER,
     UNIQUE (source, ordinal)
   ) STRICT;
   CREATE INDEX chunks_of_text ON chunks (text);
   CREATE TABLE vectors (
     row INTEGER PRIMARY KEY AUTOINCREMENT,
     space INTEGER NOT NULL REFERENCES spaces (id),
     text INTEGER NOT NULL REFERENCES texts (id),
     change INTEGER NOT NULL,
     vector BLOB NOT NULL,
     UNIQUE (text, space)
   ) STRICT;
   CREATE INDEX vectors_by_change ON vectors (space, change);
   CREATE TABLE removals (row INTEGER PRIMARY KEY, space INTEGER NOT NULL, change INTEGER NOT NULL) STRICT;
   CREATE INDEX removals_by_change ON removals (space, change);
   CREATE VIEW passage_texts AS
     SELECT chunks.row AS row, texts.text AS text, chunks.headings AS headings, sources.path AS path
     FROM chunks JOIN texts ON texts.id = chunks.text JOIN sources ON sources.id = chunks.source;
   CREATE VIRTUAL TABLE passages USING fts5(
     text, headings, path, content = 'passage_texts', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2'
   );
   INSERT INTO passages (passages, rank) VALUES ('secure-delete', 1);`,
  'ALTER TABLE chunks ADD COLUMN metadata TEXT',
  // English endings are cut off (Porter, 1980), so that "writes" finds "written" no worse than "write".
  `DROP TABLE passages;
   CREATE VIRTUAL TABLE passages USING fts5(
     text, headings, path, content = 'passage_texts', content_rowid = 'row',
     tokenize = 'porter unicode61 remove_diacritics 2'
   );
   INSERT INTO passages (passages, rank) VALUES ('secure-delete', 1);
   INSERT INTO passages (passages) VALUES ('rebuild');`,
  /*
   * served_spaces: whose embeddings may be used for a space (its own model, and models that were accepted for it), with
   * what they make of the canary texts. parked_*: passages of sources as they are cut for a space that is not searched
   * now; only sources that are cut otherwise for it are there.
   */
  `CREATE TABLE served_spaces (
     space INTEGER NOT NULL REFERENCES spaces (id),
     served TEXT NOT NULL,
     record TEXT NOT NULL,
     canaries BLOB NOT NULL,
     cosine REAL NOT NULL,
     recorded_at INTEGER NOT NULL,
     checked_at INTEGER NOT NULL,
     PRIMARY KEY (space, served)
   ) STRICT;
   CREATE TABLE migrations (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     source INTEGER REFERENCES spaces (id),
     target INTEGER NOT NULL REFERENCES spaces (id),
     state TEXT NOT NULL CHECK (state IN ('filling', 'paused', 'switched', 'rolled-back', 'pruning')),
     started_at INTEGER NOT NULL,
     changed_at INTEGER NOT NULL,
     verification TEXT
   ) STRICT;
   CREATE TABLE parked_sources (
     space INTEGER NOT NULL REFERENCES spaces (id),
     source INTEGER NOT NULL REFERENCES sources (id),
     splitting INTEGER NOT NULL REFERENCES splittings (id),
     fingerprint TEXT NOT NULL,
     PRIMARY KEY (space, source)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX parked_sources_of_source ON parked_sources (source);
   CREATE TABLE parked_chunks (
     space INTEGER NOT NULL REFERENCES spaces (id),
     source INTEGER NOT NULL REFERENCES sources (id),
     ordinal INTEGER NOT NULL,
     chunk_id TEXT NOT NULL,
     text INTEGER NOT NULL REFERENCES texts (id),
     headings TEXT NOT NULL,
     start INTEGER NOT NULL,
     stop INTEGER NOT NULL,
     line INTEGER,
     page INTEGER,
     metadata TEXT,
     PRIMARY KEY (space, source, ordinal)
   ) STRICT;
   CREATE INDEX parked_chunks_of_source ON parked_chunks (source);
   CREATE INDEX parked_chunks_of_text ON parked_chunks (text);`,
];

/** The version of store.db that this program writes. */
export const STORE_VERSION = STEPS.length;

function readPragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, number>;
  return row[name] ?? 0;
}

/** The number of steps a database has had. */
export function readStoreVersion(database: DatabaseSync): number {
  return readPragma(database, 'user_version');
}

/** True for a database of ours, and for one that is still empty. */
export function isStoreDatabase(database: DatabaseSync): boolean {
  const id = readPragma(database, 'application_id');
  if (id !== 0) return id === STORE_APPLICATION_ID;
  return database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0;
}

/** Brings a database up to date in one transaction; processes that start at once take turns, and one of them does it. */
export function migrateStore(database: DatabaseSync, to = STORE_VERSION): void {
  if (readStoreVersion(database) >= to) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of STEPS.slice(readStoreVersion(database), to)) database.exec(step);
    database.exec(`PRAGMA application_id = ${STORE_APPLICATION_ID}; PRAGMA user_version = ${to}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
