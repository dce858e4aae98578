import type { VerifyReport } from '../../contracts/knowledge/knowledge-store.ts';
import { corruptStore, resultCode } from '../database/store-fault.ts';
import { listSpaces } from '../database/space-rows.ts';
import type { SpaceRow } from '../database/space-rows.ts';
import type { StoreDatabase } from '../database/store-database.ts';
import { countVectors, readVectors } from '../database/vector-rows.ts';
import type { StoreSession } from './store-session.ts';

/** What must be zero, and what it is when it is not. */
const COUNTS: readonly (readonly [what: string, sql: string])[] = [
  ['passages without their source', 'SELECT count(*) AS n FROM chunks WHERE source NOT IN (SELECT id FROM sources)'],
  ['passages without their text', 'SELECT count(*) AS n FROM chunks WHERE text NOT IN (SELECT id FROM texts)'],
  ['texts that no passage uses', 'SELECT count(*) AS n FROM texts WHERE id NOT IN (SELECT text FROM chunks)'],
  ['vectors without their text', 'SELECT count(*) AS n FROM vectors WHERE text NOT IN (SELECT id FROM texts)'],
  ['vectors without their space', 'SELECT count(*) AS n FROM vectors WHERE space NOT IN (SELECT id FROM spaces)'],
  [
    'sources with gaps between their passages',
    'SELECT count(*) AS n FROM (SELECT 1 FROM chunks GROUP BY source HAVING max(ordinal) <> count(*) - 1)',
  ],
];

function count(database: StoreDatabase, sql: string): number {
  return database.prepare(sql).get()?.['n'] as number;
}

function checkFile({ connection, path }: StoreDatabase): readonly string[] {
  const lines = connection.prepare('PRAGMA quick_check(5)').all() as { quick_check: string }[];
  const faults = lines.map((line) => line.quick_check).filter((line) => line !== 'ok');
  if (faults.length > 0) throw corruptStore(path, faults.join('; ').replace(/\s+/g, ' '));
  const orphans = connection.prepare('PRAGMA foreign_key_check').all() as { table: string }[];
  return orphans.length === 0 ? [] : [`${orphans.length} rows point to what is not there`];
}

/** Full text is derived: where it disagrees with the passages it is made anew. */
function checkFullText({ connection }: StoreDatabase): readonly string[] {
  try {
    connection.exec(`INSERT INTO passages (passages, rank) VALUES ('integrity-check', 1)`);
    return [];
  } catch (error) {
    // SQLITE_CORRUPT_VTAB: this table alone, since the file was sound before.
    if (resultCode(error) !== 11) throw error;
    connection.exec(`INSERT INTO passages (passages) VALUES ('rebuild')`);
    return ['full text: it did not fit the passages'];
  }
}

async function checkVectors(database: StoreDatabase, space: SpaceRow, signal: AbortSignal): Promise<readonly string[]> {
  const { dimensions, name } = space.space;
  const sql = 'SELECT count(*) AS n FROM vectors WHERE space = ? AND length(vector) <> ?';
  const wrong = database.prepare(sql).get(space.id, dimensions * 4)?.['n'] as number;
  if (wrong > 0) return [`${wrong} vectors of ${name} are not ${dimensions} long`];
  let faults = 0;
  for (const { rows, vectors } of readVectors(database, space, { after: -1, upTo: Number.MAX_SAFE_INTEGER })) {
    for (let at = 0; at < rows.length; at += 1) {
      let squares = 0;
      for (const value of vectors.subarray(at * dimensions, (at + 1) * dimensions)) squares += value * value;
      // Written so that what is no number is a fault too.
      if (!(Math.abs(squares - 1) < 1e-3)) faults += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
  return faults === 0 ? [] : [`${faults} vectors of ${name} are not of length 1`];
}

async function checkIndexes(session: StoreSession, signal: AbortSignal): Promise<readonly string[]> {
  const rebuilt: string[] = [];
  for (const space of session.savedSpaces()) {
    const keeper = await session.keeper(space);
    const builds = keeper.builds;
    await keeper.ready(signal);
    if (keeper.builds === builds) continue;
    await keeper.save(signal);
    rebuilt.push(`index of ${space.space.name}: its file was damaged or did not fit`);
  }
  return rebuilt;
}

/** Checks the file, what the tables say of each other, full text, vectors and indexes; rebuilds what is derived. */
export async function verify(session: StoreSession, signal: AbortSignal): Promise<VerifyReport> {
  const { database } = session;
  const faults = [...checkFile(database)];
  for (const [what, sql] of COUNTS) {
    const found = count(database, sql);
    if (found > 0) faults.push(`${found} ${what}`);
  }
  let vectors = 0;
  for (const space of listSpaces(database)) {
    vectors += countVectors(database, space.id);
    faults.push(...(await checkVectors(database, space, signal)));
  }
  const rebuilt = [...checkFullText(database)];
  if (faults.length === 0) rebuilt.push(...(await checkIndexes(session, signal)));
  const checked = {
    sources: count(database, 'SELECT count(*) AS n FROM sources'),
    chunks: count(database, 'SELECT count(*) AS n FROM chunks'),
    vectors,
  };
  return { isSound: faults.length === 0, faults, rebuilt, checked };
}
