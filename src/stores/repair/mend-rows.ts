import type { StoreDatabase } from '../database/store-database.ts';
import { describeRowFaults, findRowFaults } from './checks/find-row-faults.ts';
import type { RowFaults } from './checks/find-row-faults.ts';
import { checkSources, INCOMPLETE_SHA256, reckonFingerprint } from './checks/hash-checks.ts';
import type { SourceCheck } from './checks/hash-checks.ts';
import { applyNumberRules, applyRules, findBrokenCounts, findBrokenRules, mendCounts } from './checks/row-rules.ts';

/** What was put right in the rows of a store. */
interface MendedRows {
  /** One line each; empty for a store whose rows are sound, which then was not written to. */
  readonly found: readonly string[];
  /** Sources that are gone whole. */
  readonly gone: readonly string[];
  /** Sources that lost something, now or in an earlier repair; they are read again by the next ingestion. */
  readonly incomplete: readonly string[];
  /** Passages whose source had lost its name; it has another one now. */
  readonly orphans: number;
}

function isLostName(path: string): boolean {
  return path.startsWith(`${LOST_NAMES}/`);
}

/** A splitting that nothing is cut like, so that the next ingestion reads the file again. */
const UNKNOWN_SPLITTING = JSON.stringify({ tokenizer: 'none', maxTokens: 0, overlapTokens: 0, version: 0 });

/** Folder of the names that sources get whose own is lost; no file of a person is there. */
const LOST_NAMES = 'lost-names';

function pathsOf({ prepare }: StoreDatabase): readonly string[] {
  return (prepare('SELECT path FROM sources').all() as { path: string }[]).map(({ path }) => path);
}

function unknownSplitting({ prepare }: StoreDatabase): number {
  prepare('INSERT OR IGNORE INTO splittings (record) VALUES (?)').run(UNKNOWN_SPLITTING);
  return prepare('SELECT id FROM splittings WHERE record = ?').get(UNKNOWN_SPLITTING)?.['id'] as number;
}

/**
 * Gives passages whose source is gone another one, under a name of its own: they are found as before, and when the folder
 * is ingested again their vectors are used for the file that they are of.
 */
function adoptOrphans(database: StoreDatabase): number {
  const { prepare } = database;
  const orphans = prepare(
    'SELECT source, count(*) AS n FROM chunks WHERE source NOT IN (SELECT id FROM sources) GROUP BY source',
  ).all() as { source: number; n: number }[];
  for (const { source } of orphans) {
    prepare(
      `INSERT INTO sources (id, path, sha256, bytes, media_type, modified_at, splitting, fingerprint)
       VALUES (?, ?, ?, 0, 'text/plain', 0, ?, '')`,
    ).run(source, `${LOST_NAMES}/${source}`, INCOMPLETE_SHA256, unknownSplitting(database));
  }
  return orphans.reduce((sum, { n }) => sum + n, 0);
}

/** What must be done before rows are looked at, since some are beyond reading; the passages that got another source. */
function applyFirst(database: StoreDatabase): number {
  applyNumberRules(database);
  const orphans = adoptOrphans(database);
  applyRules(database);
  return orphans;
}

function mendSpaces(database: StoreDatabase, { spaces, splittings }: RowFaults): void {
  const { prepare } = database;
  for (const { id, record } of spaces) {
    if (record === undefined) prepare('DELETE FROM spaces WHERE id = ?').run(id);
    else {
      const sql = 'UPDATE OR REPLACE spaces SET space_id = ?, record = ? WHERE id = ?';
      prepare(sql).run(record.spaceId, JSON.stringify(record), id);
    }
  }
  if (splittings.length === 0) return;
  const known = unknownSplitting(database);
  for (const id of splittings) {
    for (const table of ['sources', 'spaces', 'parked_sources']) {
      prepare(`UPDATE ${table} SET splitting = ? WHERE splitting = ?`).run(known, id);
    }
    prepare('DELETE FROM splittings WHERE id = ?').run(id);
  }
}

/** Keeps what is left of a source, without the hash of its file: the next ingestion reads it again. */
function keepRest(database: StoreDatabase, { id, chunks, unreadable, renamed }: SourceCheck): void {
  const { prepare } = database;
  for (const row of unreadable) prepare('DELETE FROM chunks WHERE row = ?').run(row);
  if (chunks === unreadable.length) {
    prepare('DELETE FROM sources WHERE id = ?').run(id);
    return;
  }
  for (const { row, chunkId } of renamed) {
    prepare('UPDATE OR REPLACE chunks SET chunk_id = ? WHERE row = ?').run(chunkId, row);
  }
  prepare('UPDATE sources SET sha256 = ?, bytes = 0 WHERE id = ?').run(INCOMPLETE_SHA256, id);
  prepare('UPDATE sources SET fingerprint = ? WHERE id = ?').run(reckonFingerprint(database, id) ?? '', id);
}

function mendSources(database: StoreDatabase): void {
  // Gathered first: what is written must not move what is still being read.
  const unsound: SourceCheck[] = [];
  for (const batch of checkSources(database)) unsound.push(...batch.filter(({ isSound }) => !isSound));
  for (const source of unsound) keepRest(database, source);
}

function mend(database: StoreDatabase, faults: RowFaults): void {
  const { prepare, connection } = database;
  mendSpaces(database, faults);
  for (const id of faults.texts) prepare('DELETE FROM texts WHERE id = ?').run(id);
  applyRules(database);
  mendSources(database);
  for (const row of faults.vectors) prepare('DELETE FROM vectors WHERE row = ?').run(row);
  applyRules(database);
  mendCounts(database);
  const change = database.nextChange();
  // No index that was made before may catch up: which rows it has is not known.
  prepare('DELETE FROM removals').run();
  prepare('UPDATE spaces SET removals_from = ?').run(change);
  connection.exec(`INSERT INTO passages (passages) VALUES ('rebuild')`);
}

/** As `transaction` of the database, for work that lets others come between; a death before its end leaves all as it was. */
async function inTransaction<T>({ connection }: StoreDatabase, work: () => Promise<T>): Promise<T> {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const result = await work();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

/** Removes what the rules find, looks at the rest, and removes what does not fit its hash or length. */
async function findAndMend(
  database: StoreDatabase,
  { broken, isForced }: { readonly broken: readonly string[]; readonly isForced: boolean },
  signal: AbortSignal,
): Promise<Pick<MendedRows, 'found' | 'orphans'>> {
  // What the rules find may be beyond reading.
  const orphans = broken.length > 0 ? applyFirst(database) : 0;
  const faults = await findRowFaults(database, signal);
  const found = [...broken, ...describeRowFaults(faults)];
  if (found.length === 0 && !isForced) return { found, orphans };
  if (database.connection.isTransaction) mend(database, faults);
  else database.transaction(() => mend(database, faults));
  return { found, orphans };
}

/**
 * Finds rows that cannot stand and removes them, in one transaction, so that who dies before its end leaves them to be
 * found, and told, again; what is derived from them is made anew. For the holder of the writer's place. A database of its
 * own is always written to, with `isForced`, so that no index of the former one passes for an index of this.
 */
export async function mendRows(database: StoreDatabase, signal: AbortSignal, isForced = false): Promise<MendedRows> {
  const { connection } = database;
  const before = pathsOf(database);
  const broken = [...findBrokenRules(database), ...findBrokenCounts(database)];
  connection.exec('PRAGMA foreign_keys = OFF');
  try {
    const work = (): ReturnType<typeof findAndMend> => findAndMend(database, { broken, isForced }, signal);
    // A look that finds nothing to begin with keeps nobody from writing.
    const { found, orphans } = await (broken.length > 0 ? inTransaction(database, work) : work());
    const after = new Set(pathsOf(database));
    const rows = database.prepare('SELECT path FROM sources WHERE sha256 = ? ORDER BY path').all(INCOMPLETE_SHA256);
    const incomplete = (rows as { path: string }[]).map(({ path }) => path).filter((path) => !isLostName(path));
    return { found, gone: before.filter((path) => !after.has(path) && !isLostName(path)), incomplete, orphans };
  } finally {
    connection.exec('PRAGMA foreign_keys = ON');
  }
}
