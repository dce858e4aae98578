import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import type { BackupNote, BackupReport } from '../../contracts/knowledge/upkeep.ts';
import type { FileLayer } from '../../kernel/files/file-layer.ts';
import { partOf, placeFile, sweepParts } from '../../kernel/files/part-files.ts';
import { toBackupError } from './backup-fault.ts';
import { checkStoreFile, type StoreCounts } from './check-store-file.ts';
import { digestRows } from './digest-rows.ts';

/** Keys of `meta` under which a note and the digest of all rows travel. */
export const BACKUP_KEYS = { note: 'backup_note', digest: 'backup_digest' } as const;

/** Pages that are copied before an abort is looked for. */
const PAGES_A_STEP = 2_000;
const BUSY_LIMIT_MS = 10_000;

/** Copies what is committed now; what others write meanwhile is not in it, and does not make it start again. */
async function copyPages(database: string, part: string, signal: AbortSignal): Promise<void> {
  const { DatabaseSync, backup } = process.getBuiltinModule('node:sqlite');
  const source = new DatabaseSync(database, { readOnly: true, timeout: BUSY_LIMIT_MS });
  try {
    // Reading inside a transaction keeps one view of the store over all steps.
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    await backup(source, part, { rate: PAGES_A_STEP, progress: () => signal.throwIfAborted() });
  } finally {
    source.close();
  }
}

async function writeFacts(connection: DatabaseSync, note: BackupNote | undefined, signal: AbortSignal): Promise<void> {
  const facts = { note: note && JSON.stringify(note), digest: await digestRows(connection, signal) };
  for (const name of ['note', 'digest'] as const) {
    connection.prepare('DELETE FROM meta WHERE key = ?').run(BACKUP_KEYS[name]);
    const value = facts[name];
    if (value !== undefined) connection.prepare('INSERT INTO meta VALUES (?, ?)').run(BACKUP_KEYS[name], value);
  }
}

async function finishPart(
  part: string,
  { file, note }: BackupTarget,
  signal: AbortSignal,
): Promise<StoreCounts & { readonly bytes: number; readonly sha256: string }> {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const connection = new DatabaseSync(part);
  let counts: StoreCounts;
  try {
    // One file, whole by itself, that can be opened from a disk nobody may write to.
    connection.exec('PRAGMA journal_mode = DELETE');
    await writeFacts(connection, note, signal);
    counts = await checkStoreFile(connection, file, signal);
  } finally {
    connection.close();
  }
  const hash = createHash('sha256');
  for await (const block of createReadStream(part, { signal, highWaterMark: 1 << 20 })) hash.update(block as Buffer);
  return { ...counts, bytes: (await stat(part)).size, sha256: hash.digest('hex') };
}

/** Where a backup goes, and what is written into it beside the store. */
interface BackupTarget {
  readonly file: string;
  readonly note?: BackupNote;
}

function refuseTaken(file: string): never {
  throw new UsageError(`${file} is there already: give the name of a file that is not`);
}

/** Removes a database that did not get its name, with what SQLite writes beside it. */
export async function dropPart(part: string): Promise<void> {
  for (const ending of ['', '-journal', '-wal', '-shm']) await rm(`${part}${ending}`, { force: true });
}

/**
 * Copies a store.db while others read and write it, checks the copy from end to end, and gives it its name then; until
 * then, and where it fails, there is no such file. Runs in the worker of the store.
 */
export async function writeBackup(
  database: string,
  target: BackupTarget,
  signal: AbortSignal,
  files?: FileLayer,
): Promise<BackupReport> {
  const { file } = target;
  if (existsSync(file)) refuseTaken(file);
  const part = partOf(file);
  try {
    await sweepParts(file);
    // Made first, so that nobody else may read it at any moment.
    await (await open(part, 'wx', 0o600)).close();
    await copyPages(database, part, signal);
    const facts = await finishPart(part, target, signal);
    if (!(await placeFile(part, file, files))) refuseTaken(file);
    return { file, ...facts };
  } catch (error) {
    throw signal.aborted ? error : toBackupError(error, file);
  } finally {
    await dropPart(part);
  }
}
