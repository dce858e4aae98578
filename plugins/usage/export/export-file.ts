import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  FileAccessError,
  isDiskFull,
  isWoosterError,
  StorageFullError,
  systemCode,
  toCancellation,
  toCsv,
  toJsonLines,
  UsageError,
  type LedgerRow,
} from 'wooster';

/** Forms of an export. */
type ExportFormat = 'csv' | 'jsonl';

/** Lines of rows in a form, one after the other. */
export function writeRows(rows: Iterable<LedgerRow>, format: ExportFormat): Iterable<string> {
  return format === 'csv' ? toCsv(rows) : toJsonLines(rows);
}

/** The form that a file name ends in, or the one that was asked for. UsageError where neither tells. */
export function formatOf(file: string, asked: ExportFormat | undefined): ExportFormat {
  if (asked !== undefined) return asked;
  const name = file.toLowerCase();
  if (name.endsWith('.csv')) return 'csv';
  if (/\.(jsonl|ndjson|json)$/.test(name)) return 'jsonl';
  throw new UsageError(`--export ${file} does not tell a format: end it in .csv or .jsonl, or add --format`);
}

async function doesExist(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function translate(error: unknown, file: string): Error {
  if (isWoosterError(error)) return error;
  if (isDiskFull(error)) {
    return new StorageFullError(`no room to write ${file}: nothing was written, make room and run it again`, {
      cause: error,
    });
  }
  const code = systemCode(error) ?? 'cannot be written';
  return new FileAccessError(`${file}: ${code}; check the folder and its permissions`, { cause: error, path: file });
}

/** Characters that are written at once. */
const PIECE = 256 * 1024;

async function writeLines(file: string, lines: Iterable<string>, signal: AbortSignal): Promise<void> {
  // Rows may hold what was asked and answered, so nobody else may read them.
  const handle = await open(file, 'wx', 0o600);
  try {
    let piece = '';
    for (const line of lines) {
      piece += line;
      if (piece.length < PIECE) continue;
      if (signal.aborted) throw toCancellation(signal);
      await handle.appendFile(piece);
      piece = '';
    }
    await handle.appendFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes lines to a file: all of them or none, through a file beside it. UsageError for one that is there, without
 * `isForced`; E_DISK_FULL or E_FILE, and nothing is left behind, where it cannot be written.
 */
export async function exportFile(
  file: string,
  lines: Iterable<string>,
  { isForced, signal }: { readonly isForced: boolean; readonly signal: AbortSignal },
): Promise<void> {
  if (!isForced && (await doesExist(file))) {
    throw new UsageError(`${file} is there already: choose another name, or add --force to replace it`);
  }
  const beside = join(dirname(file), `.${basename(file)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    await writeLines(beside, lines, signal);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw translate(error, file);
  }
}
