import type { VerifyReport } from '../../../contracts/knowledge/knowledge-store.ts';
import { isUnit } from '../../../kernel/embedding-vectors.ts';
import { listSpaces } from '../../database/space-rows.ts';
import type { SpaceRow } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import { corruptStore } from '../../database/store-fault.ts';
import { countVectors, readVectors } from '../../database/vector-rows.ts';
import { describeRowFaults, findRowFaults } from '../../repair/checks/find-row-faults.ts';
import { findBrokenCounts, findBrokenRules } from '../../repair/checks/row-rules.ts';
import { findBrokenSpaces } from '../../repair/checks/space-checks.ts';
import { checkPages, isFullTextSound } from '../../repair/diagnose.ts';
import type { StoreSession } from '../store-session.ts';
import { checkIndexes } from './check-indexes.ts';

/** A source without a hash lost something to a repair, and is told apart. */
const GAPS = `SELECT count(*) AS n FROM (SELECT 1 FROM chunks WHERE source IN (SELECT id FROM sources WHERE sha256 <> '')
  GROUP BY source HAVING max(ordinal) <> count(*) - 1)`;

function count(database: StoreDatabase, sql: string): number {
  return database.prepare(sql).get()?.['n'] as number;
}

function checkFile({ connection, path }: StoreDatabase, isDeep: boolean): readonly string[] {
  const quick = (): readonly string[] => {
    const lines = connection.prepare('PRAGMA quick_check(5)').all() as { quick_check: string }[];
    return lines.map((line) => line.quick_check.replace(/\s+/g, ' ')).filter((line) => line !== 'ok');
  };
  const faults = isDeep ? checkPages(connection) : quick();
  if (faults.length > 0) throw corruptStore(path, faults.slice(0, 5).join('; '));
  const orphans = connection.prepare('PRAGMA foreign_key_check').all() as { table: string }[];
  return orphans.length === 0 ? [] : [`${orphans.length} rows point to what is not there`];
}

/** Full text is derived: where it disagrees with the passages it is made anew. */
function checkFullText({ connection }: StoreDatabase): readonly string[] {
  if (isFullTextSound(connection)) return [];
  connection.exec(`INSERT INTO passages (passages) VALUES ('rebuild')`);
  return ['full text: it did not fit the passages'];
}

async function checkVectors(database: StoreDatabase, space: SpaceRow, signal: AbortSignal): Promise<readonly string[]> {
  const { dimensions, name } = space.space;
  const sql = 'SELECT count(*) AS n FROM vectors WHERE space = ? AND length(vector) <> ?';
  const wrong = database.prepare(sql).get(space.id, dimensions * 4)?.['n'] as number;
  if (wrong > 0) return [`${wrong} vectors of ${name} are not ${dimensions} long`];
  let faults = 0;
  for (const { rows, vectors } of readVectors(database, space, { after: -1, upTo: Number.MAX_SAFE_INTEGER })) {
    for (let at = 0; at < rows.length; at += 1) {
      if (!isUnit(vectors.subarray(at * dimensions, (at + 1) * dimensions))) faults += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
  return faults === 0 ? [] : [`${faults} vectors of ${name} are not of length 1`];
}

/** What is wrong with the rows, and what of them is worth a word without being wrong. */
async function checkRows(
  database: StoreDatabase,
  isDeep: boolean,
  signal: AbortSignal,
): Promise<{ readonly faults: readonly string[]; readonly notes: readonly string[] }> {
  const faults = [...findBrokenRules(database), ...findBrokenCounts(database)];
  const gaps = count(database, GAPS);
  if (gaps > 0) faults.push(`${gaps} sources with gaps between their passages`);
  if (!isDeep) return { faults, notes: [] };
  const rows = await findRowFaults(database, signal);
  const { incomplete } = rows;
  const notes = ['every page, the hash of every text, the id of every passage and every file against its passages'];
  if (incomplete.length > 0) notes.push(`${incomplete.length} files wait for the next ingestion since a repair`);
  // The vectors are told by the check that both kinds of verifying have.
  return { faults: [...faults, ...describeRowFaults({ ...rows, vectors: [], spaces: [] })], notes };
}

/** Checks the file, what the tables say of each other, full text, vectors and indexes; rebuilds what is derived. */
export async function verify(
  session: StoreSession,
  { isDeep }: { readonly isDeep: boolean },
  signal: AbortSignal,
): Promise<VerifyReport> {
  const { database } = session;
  const rebuilt: string[] = [];
  // Before the pages: SQLite counts full text among them.
  rebuilt.push(...checkFullText(database));
  const faults = [...checkFile(database, isDeep)];
  const rows = await checkRows(database, isDeep, signal);
  faults.push(...rows.faults);
  let vectors = 0;
  if (findBrokenSpaces(database).length > 0) faults.push('records of spaces cannot be read or are of another space');
  else {
    for (const space of listSpaces(database)) {
      vectors += countVectors(database, space.id);
      faults.push(...(await checkVectors(database, space, signal)));
    }
  }
  const notes = [...rows.notes];
  if (faults.length === 0) {
    const indexes = await checkIndexes(session, isDeep, signal);
    rebuilt.push(...indexes.rebuilt);
    notes.push(...indexes.notes);
  }
  const checked = {
    sources: count(database, 'SELECT count(*) AS n FROM sources'),
    chunks: count(database, 'SELECT count(*) AS n FROM chunks'),
    vectors,
  };
  return { isSound: faults.length === 0, faults, rebuilt, checked, ...(isDeep && { notes }) };
}
