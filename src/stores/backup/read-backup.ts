import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import type { StoreRequest } from '../../contracts/knowledge/knowledge-store.ts';
import type { BackupNote, RestoreReport } from '../../contracts/knowledge/upkeep.ts';
import { DISK, makeLastingFolder } from '../../kernel/files/file-layer.ts';
import { partOf, sweepParts } from '../../kernel/files/part-files.ts';
import { isDiskFull, systemCode } from '../../kernel/system-code.ts';
import { resultCode } from '../database/store-fault.ts';
import { migrateStore } from '../database/store-schema.ts';
import { toBackupError, unsoundBackup } from './backup-fault.ts';
import { checkStoreFile } from './check-store-file.ts';
import { digestRows } from './digest-rows.ts';
import { placeStore } from './place-store.ts';
import { BACKUP_KEYS, dropPart } from './write-backup.ts';

async function refuseOdd(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') throw new UsageError(`there is no file ${file}`);
    throw error;
  });
  if (!found.isFile()) throw new UsageError(`${file} is no file`);
  const log = await stat(`${file}-wal`).catch(() => undefined);
  if (log !== undefined && log.size > 0) {
    throw new UsageError(`${file} is a store in use, and no backup: \`wooster projects backup <name>\` makes one`);
  }
}

function metaOf(connection: DatabaseSync, key: string): string | undefined {
  return connection.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.['value'] as string | undefined;
}

function noteOf(connection: DatabaseSync, file: string): BackupNote | undefined {
  const text = metaOf(connection, BACKUP_KEYS.note);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as BackupNote;
  } catch (error) {
    throw unsoundBackup(file, 'its note cannot be read', error);
  }
}

async function checkDigest(connection: DatabaseSync, file: string, signal: AbortSignal): Promise<void> {
  const written = metaOf(connection, BACKUP_KEYS.digest);
  if (written === undefined || written === (await digestRows(connection, signal))) return;
  throw unsoundBackup(file, 'its rows are not those that were written');
}

const KINDS = { projects: 'a project', userProfile: 'the user profile' } as const;

/** A profile is not a project: facts about a person would be answered from as if they were documents. */
function refuseOther(connection: DatabaseSync, file: string, { purpose }: StoreRequest): void {
  const found = metaOf(connection, 'purpose');
  if (found === undefined || found === purpose || !(found in KINDS)) return;
  throw new UsageError(`${file} is a backup of ${KINDS[found as keyof typeof KINDS]}, not of ${KINDS[purpose]}`);
}

async function preparePart(
  part: string,
  { file, request }: { readonly file: string; readonly request: StoreRequest },
  signal: AbortSignal,
): Promise<RestoreReport> {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const connection = new DatabaseSync(part);
  try {
    const counts = await checkStoreFile(connection, file, signal);
    await checkDigest(connection, file, signal);
    refuseOther(connection, file, request);
    const note = noteOf(connection, file);
    migrateStore(connection);
    const set = connection.prepare(
      'INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    set.run('name', request.name);
    const drop = connection.prepare('DELETE FROM meta WHERE key = ?');
    for (const key of Object.values(BACKUP_KEYS)) drop.run(key);
    connection.exec('PRAGMA journal_mode = DELETE');
    return { ...counts, ...(note !== undefined && { note }) };
  } finally {
    connection.close();
  }
}

/** Removes the folders that were made, from the last one up. */
async function dropEmpty(last: string, first: string): Promise<void> {
  for (let folder = last; folder.length >= first.length; folder = dirname(folder)) {
    await rmdir(folder).catch(() => undefined);
  }
}

/**
 * Checks a copy of the file from end to end, brings it up to date and puts it in the place of a store that is not there;
 * until then, and where it fails, nothing is there. The file is only read. Runs in a worker.
 */
export async function readBackup(file: string, request: StoreRequest, signal: AbortSignal): Promise<RestoreReport> {
  const { location } = request;
  const database = join(location, 'store.db');
  const taken = new UsageError(`there is a store at ${location} already: it stays as it is`);
  if (existsSync(database)) throw taken;
  const part = partOf(database);
  const made = await refuseOdd(file).then(
    () => makeLastingFolder(location, DISK, 0o700),
    (error: unknown) => Promise.reject(toBackupError(error, file)),
  );
  try {
    await sweepParts(database);
    const copy = createWriteStream(part, { flags: 'wx', mode: 0o600 });
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), copy, { signal });
    const report = await preparePart(part, { file, request }, signal);
    if (!(await placeStore(part, location))) throw taken;
    return report;
  } catch (error) {
    await dropPart(part);
    if (made !== undefined) await dropEmpty(location, made);
    const isFull = isDiskFull(error) || resultCode(error) === 13;
    throw signal.aborted ? error : toBackupError(error, isFull ? database : file);
  }
}
