import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { isStoreDatabase, readStoreVersion, STORE_VERSION } from '../database/store-schema.ts';
import { unsoundBackup } from './backup-fault.ts';

/** Vectors that are looked at before others get a turn. */
const VECTORS_A_TURN = 2_000;
/** How far from 1 the squared length of a vector may be. */
const UNIT_TOLERANCE = 1e-3;

/** What must be zero in a sound store, and what it is when it is not. */
const COUNTS: readonly (readonly [what: string, sql: string])[] = [
  ['passages without their source', 'SELECT count(*) AS n FROM chunks WHERE source NOT IN (SELECT id FROM sources)'],
  ['passages without their text', 'SELECT count(*) AS n FROM chunks WHERE text NOT IN (SELECT id FROM texts)'],
  [
    'sources with gaps between their passages',
    'SELECT count(*) AS n FROM (SELECT 1 FROM chunks GROUP BY source HAVING max(ordinal) <> count(*) - 1)',
  ],
];

/** What a copy of a store holds. */
export interface StoreCounts {
  readonly sources: number;
  readonly chunks: number;
  readonly vectors: number;
}

function count(connection: DatabaseSync, sql: string): number {
  return connection.prepare(sql).get()?.['n'] as number;
}

function checkKind(connection: DatabaseSync, file: string): void {
  const version = readStoreVersion(connection);
  if (version === 0 || !isStoreDatabase(connection)) throw new UsageError(`${file} is no backup of a store of ours`);
  if (version <= STORE_VERSION) return;
  const message = `${file} was written by a newer version (store ${version}, known ${STORE_VERSION}): update wooster`;
  throw new StoreError('E_STORE_NEWER', message, { location: file });
}

function checkTables(connection: DatabaseSync, file: string): void {
  const lines = connection.prepare('PRAGMA integrity_check(5)').all() as { integrity_check: string }[];
  const faults = lines.map((line) => line.integrity_check).filter((line) => line !== 'ok');
  if (faults.length > 0) throw unsoundBackup(file, faults.join('; '));
  const orphans = connection.prepare('PRAGMA foreign_key_check').all().length;
  if (orphans > 0) throw unsoundBackup(file, `${orphans} rows point to what is not there`);
  for (const [what, sql] of COUNTS) {
    const found = count(connection, sql);
    if (found > 0) throw unsoundBackup(file, `${found} ${what}`);
  }
}

function isUnit(bytes: Uint8Array, dimensions: number): boolean {
  if (bytes.byteLength !== dimensions * 4) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let squares = 0;
  for (let at = 0; at < bytes.byteLength; at += 4) squares += view.getFloat32(at, true) ** 2;
  // What is no number fails this too.
  return Math.abs(squares - 1) < UNIT_TOLERANCE;
}

async function checkVectors(connection: DatabaseSync, file: string, signal: AbortSignal): Promise<number> {
  const spaces = connection.prepare('SELECT id, record FROM spaces').all() as { id: number; record: string }[];
  let seen = 0;
  for (const { id, record } of spaces) {
    const { dimensions } = JSON.parse(record) as { dimensions: number };
    for (const row of connection.prepare('SELECT vector FROM vectors WHERE space = ?').iterate(id)) {
      if (!isUnit(row['vector'] as Uint8Array, dimensions)) {
        throw unsoundBackup(file, `a vector is not of length 1 or has not ${dimensions} dimensions`);
      }
      if ((seen += 1) % VECTORS_A_TURN !== 0) continue;
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  return seen;
}

/**
 * Checks a copy of a store from end to end and counts what it holds; changes nothing. UsageError for a database of another
 * program, E_STORE_NEWER for one of a newer version, E_STORE_CORRUPT for one that is not sound. `file` is named in errors.
 */
export async function checkStoreFile(
  connection: DatabaseSync,
  file: string,
  signal: AbortSignal,
): Promise<StoreCounts> {
  checkKind(connection, file);
  checkTables(connection, file);
  const vectors = await checkVectors(connection, file, signal);
  return {
    sources: count(connection, 'SELECT count(*) AS n FROM sources'),
    chunks: count(connection, 'SELECT count(*) AS n FROM chunks'),
    vectors,
  };
}
