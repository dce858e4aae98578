import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RepairReport } from '../../contracts/knowledge/upkeep.ts';
import { InternalError } from '../../contracts/errors/host-errors.ts';
import { toCancellation } from '../../kernel/http/cancellation.ts';
import { StoreDatabase } from '../database/store-database.ts';
import { toStoreError } from '../database/store-fault.ts';
import type { DatabaseRepair } from '../link/calls/repair-calls.ts';
import { WriterPlace } from '../worker/writer-place.ts';
import { describeRowFaults, findRowFaults } from './checks/find-row-faults.ts';
import { findBrokenRules } from './checks/row-rules.ts';
import { describeLosses } from './describe-losses.ts';
import { checkPages, diagnose, isFullTextSound } from './diagnose.ts';
import { mendIndexFolder } from './mend-index-folder.ts';
import { mendRows } from './mend-rows.ts';
import { hasOtherLog } from './other-log.ts';
import { beginReplacing, finishReplacing, isReplacing, repairFolder, sweepRepair } from './replace-store.ts';
import { copyRows } from './salvage/copy-rows.ts';
import { openDamaged } from './salvage/open-damaged.ts';

/** Which store a folder holds: as it says itself, else as its place says. */
function identityOf({ prepare }: StoreDatabase, location: string): Omit<DatabaseRepair, 'report'> {
  const rows = prepare(`SELECT key, value FROM meta`).all() as { key: string; value: string }[];
  const meta = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  const isProject = basename(location) === 'vectorStore';
  const guessed = isProject ? basename(dirname(location)) : basename(location);
  const purpose = meta['purpose'] ?? (isProject ? 'projects' : 'userProfile');
  return { purpose: purpose === 'userProfile' ? 'userProfile' : 'projects', name: meta['name'] ?? guessed };
}

function countRows({ prepare }: StoreDatabase): RepairReport['kept'] {
  const count = (table: string): number => prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'] as number;
  return { sources: count('sources'), chunks: count('chunks'), vectors: count('vectors') };
}

/** Throws unless every page and row of a salvaged store is sound: nothing else may take the place of what is there. */
async function requireSound(database: StoreDatabase, signal: AbortSignal): Promise<void> {
  const faults = [
    ...checkPages(database.connection),
    ...findBrokenRules(database),
    ...describeRowFaults(await findRowFaults(database, signal)),
    ...(isFullTextSound(database.connection) ? [] : ['full text does not fit']),
  ];
  if (faults.length > 0)
    throw new InternalError(`the repaired store is not sound (${faults.join('; ')}): nothing was replaced`);
}

/** A copy of the damaged files, since reading them may need changes. */
function copyDamaged(location: string, folder: string): string {
  const copy = join(folder, 'damaged.db');
  const isOwnLog = !hasOtherLog(join(location, 'store.db'));
  for (const end of isOwnLog ? ['', '-wal'] : ['']) {
    const file = join(location, `store.db${end}`);
    if (existsSync(file)) copyFileSync(file, `${copy}${end}`);
  }
  return copy;
}

type Mended = Awaited<ReturnType<typeof mendRows>>;

async function salvage(location: string, signal: AbortSignal): Promise<Mended> {
  const folder = repairFolder(location);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const fresh = join(folder, 'store.db');
    const database = StoreDatabase.open(fresh, true);
    let mended: Mended;
    try {
      const damaged = openDamaged(copyDamaged(location, folder), folder);
      try {
        if (damaged !== undefined) await copyRows(damaged, database, signal);
      } finally {
        damaged?.close();
      }
      mended = await mendRows(database, signal, true);
      await requireSound(database, signal);
      database.emptyLog();
    } finally {
      database.close();
    }
    beginReplacing(location, fresh);
    return mended;
  } finally {
    sweepRepair(location);
  }
}

async function repairHeld(location: string, signal: AbortSignal): Promise<DatabaseRepair> {
  const path = join(location, 'store.db');
  const wasReplacing = isReplacing(location);
  let keptAt = finishReplacing(location);
  sweepRepair(location);
  const found = wasReplacing ? ['an earlier repair had not put the store in its place'] : [];
  const rebuilt: string[] = [...mendIndexFolder(location)];
  const diagnosis = diagnose(path);
  let mended: Mended | undefined;
  if ('reason' in diagnosis) {
    mended = await salvage(location, signal);
    found.push(`store.db cannot be read whole: ${diagnosis.reason}`);
    rebuilt.push('store.db: every row that could be read is in a new file');
    keptAt = finishReplacing(location);
  } else rebuilt.push(...diagnosis.rebuilt);
  const database = 'database' in diagnosis ? diagnosis.database : StoreDatabase.open(path, false);
  try {
    mended ??= await mendRows(database, signal);
    found.push(...mended.found);
    if (!isFullTextSound(database.connection)) {
      database.connection.exec(`INSERT INTO passages (passages) VALUES ('rebuild')`);
      rebuilt.push('full text: it did not fit the passages');
    }
    database.emptyLog();
    const identity = identityOf(database, location);
    const isAllGone = 'reason' in diagnosis && countRows(database).sources === 0;
    const lost = describeLosses(database, { ...identity, ...mended, found, isAllGone });
    return { ...identity, report: { found, rebuilt, lost, ...(keptAt && { keptAt }), kept: countRows(database) } };
  } finally {
    database.close();
  }
}

/**
 * Gets back what can be got back of the database of a store. Rows that cannot stand are removed where they are; a file
 * that SQLite cannot read whole is read row by row into a new one, and kept aside. Killed at any moment it leaves the old
 * or the new store. E_STORE_LOCKED while another process writes or repairs.
 */
export async function repairDatabase(location: string, signal: AbortSignal): Promise<DatabaseRepair> {
  const place = new WriterPlace(join(location, 'writer.db'));
  await place.take('repairing the store', signal);
  try {
    return await repairHeld(location, signal);
  } catch (error) {
    throw signal.aborted ? toCancellation(signal) : toStoreError(error, join(location, 'store.db'));
  } finally {
    place.release();
  }
}
