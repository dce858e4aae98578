import { InternalError } from '../../contracts/errors/host-errors.ts';
import { FileAccessError, StorageFullError, StoreError } from '../../contracts/errors/resource-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import { isDiskFull, systemCode } from '../../kernel/system-code.ts';

/** The primary result code of an error of node:sqlite, https://sqlite.org/rescode.html; undefined for another error. */
export function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** True for SQLITE_BUSY and SQLITE_LOCKED. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === 5 || code === 6;
}

/** Repair comes first: it keeps what can be read, and what was there before. */
const REMEDY =
  'it is kept as it is; `wooster projects repair <name>` gets back what can be read; without that, take it out of use with `wooster projects remove <name>`, or move it away, then ingest the folder again';

/** What SQLite says where the list of tables is not what the version of the file says: SQLITE_ERROR, as for a wrong statement. */
const WRONG_SCHEMA = /no such (?:table|column|index)|already exists|duplicate column|malformed|unknown database/i;

/** SQLITE_ERROR about the tables of a file, a number beyond what this program wrote, or text where JSON was written. */
function isNonsense(error: unknown, text: string): boolean {
  if (resultCode(error) === 1) return WRONG_SCHEMA.test(text);
  return systemCode(error) === 'ERR_OUT_OF_RANGE' || (error instanceof SyntaxError && /JSON/.test(text));
}

/** Why a sound database is no store. */
export const OTHER_PROGRAM = 'a database of another program';

/** The error of a store that cannot be read any more; `details.reason` is `what`. */
export function corruptStore(path: string, what: string, cause?: unknown): StoreError {
  const message = `${path} is damaged (${what}): ${REMEDY}`;
  return new StoreError('E_STORE_CORRUPT', message, { location: path, cause, details: { reason: what } });
}

/** What an error of SQLite or of the file system means to the user of a store; a contract error stays what it is. */
export function toStoreError(error: unknown, path: string): WoosterError {
  if (isWoosterError(error)) return error;
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  const code = resultCode(error);
  const system = systemCode(error);
  if (code === 11 || code === 26 || isNonsense(error, text)) return corruptStore(path, text, error);
  if (code === 13 || isDiskFull(error)) {
    return new StorageFullError(
      `${path} cannot grow, the disk is full: make room and run it again; what was stored stays`,
      {
        cause: error,
        details: { path },
      },
    );
  }
  if (code === 5 || code === 6) {
    const message = `${path} is being written by another process: wait for it to end and run it again`;
    return new StoreError('E_STORE_LOCKED', message, { location: path, cause: error });
  }
  if (code === 8 || code === 10 || code === 14 || (system !== undefined && /^E[A-Z]+$/.test(system))) {
    return new FileAccessError(`${path} cannot be read or written (${text}): check the disk and its permissions`, {
      path,
      cause: error,
    });
  }
  return new InternalError(`the store at ${path} failed: ${text}`, { cause: error });
}
