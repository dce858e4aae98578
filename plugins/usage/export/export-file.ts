import { stat } from 'node:fs/promises';
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
  writeWhole,
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

function* piecesOf(lines: Iterable<string>, signal: AbortSignal): Generator<Buffer> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < PIECE) continue;
    if (signal.aborted) throw toCancellation(signal);
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece);
}

/**
 * Writes lines to a file that its owner alone may read, as rows may hold what was asked and answered: all of them or none,
 * lastingly. UsageError for one that is there, without `isForced`; E_DISK_FULL or E_FILE, and nothing is left behind,
 * where it cannot be written.
 */
export async function exportFile(
  file: string,
  lines: Iterable<string>,
  { isForced, signal }: { readonly isForced: boolean; readonly signal: AbortSignal },
): Promise<void> {
  if (!isForced && (await doesExist(file))) {
    throw new UsageError(`${file} is there already: choose another name, or add --force to replace it`);
  }
  try {
    await writeWhole(file, piecesOf(lines, signal));
  } catch (error) {
    throw translate(error, file);
  }
}
