import type { DatabaseSync } from 'node:sqlite';

/**
 * The numbered steps of state.db; `PRAGMA user_version` counts those done. A step is never changed once it was
 * published: a change is a further step.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE decisions (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     decided_at INTEGER NOT NULL,
     conversation_id TEXT,
     record TEXT NOT NULL
   ) STRICT;
   CREATE INDEX decisions_of_conversation ON decisions (conversation_id, sequence) WHERE conversation_id IS NOT NULL;
   CREATE TABLE attempts (
     id TEXT PRIMARY KEY,
     decision_id TEXT NOT NULL,
     ordinal INTEGER NOT NULL,
     record TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX attempts_of_decision ON attempts (decision_id, ordinal);
   CREATE TRIGGER attempts_go_with_decision AFTER DELETE ON decisions
     BEGIN DELETE FROM attempts WHERE decision_id = old.id; END;
   CREATE TABLE choices (
     kind TEXT NOT NULL,
     scope TEXT NOT NULL,
     scope_id TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (kind, scope, scope_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE health (
     target_id TEXT PRIMARY KEY,
     at INTEGER NOT NULL,
     report TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE spaces (
     space_id TEXT NOT NULL,
     purpose TEXT NOT NULL,
     used_at INTEGER NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (space_id, purpose)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE breakers (
     target_id TEXT PRIMARY KEY,
     at INTEGER NOT NULL,
     record TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE measurements (
     target_id TEXT PRIMARY KEY,
     record TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
];

/** The version this program writes. */
export const STATE_VERSION = STEPS.length;

/** The number of steps a database has had. */
export function readVersion(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  return row.user_version;
}

/** Brings a database up to date in one transaction; processes that start at once take turns, and one of them does it. */
export function migrate(database: DatabaseSync): void {
  if (readVersion(database) >= STATE_VERSION) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of STEPS.slice(readVersion(database))) database.exec(step);
    database.exec(`PRAGMA user_version = ${STATE_VERSION}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
