import { InternalError } from '../../contracts/errors/host-errors.ts';
import { FileAccessError, StorageFullError, StoreError } from '../../contracts/errors/resource-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import { isDiskFull, systemCode } from '../system-code.ts';

/** SQLITE_IOERR_SHMSIZE: the index of the write-ahead log could not be made larger, which SQLite 3.50 does not call full. */
const NO_ROOM_FOR_LOG_INDEX = 4_874;

/** Primary result codes, https://sqlite.org/rescode.html. */
const [BUSY, LOCKED, CORRUPT, FULL, NOT_A_DATABASE] = [5, 6, 11, 13, 26];
const UNUSABLE = new Set([8, 10, 14]);

function resultCodes(error: unknown): { readonly extended: number; readonly primary: number } {
  const code: unknown = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? { extended: code, primary: code & 0xff } : { extended: 0, primary: 0 };
}

/** What a fault of node:sqlite or of the file system means for a database of the workspace; `holds` says what is in it. */
export function toDatabaseError(error: unknown, path: string, holds: string): WoosterError {
  if (isWoosterError(error)) return error;
  const { extended, primary } = resultCodes(error);
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  if (primary === BUSY || primary === LOCKED) {
    const message = `${path} is held by another process: wait for it to end and try again`;
    return new StoreError('E_STORE_LOCKED', message, { location: path, cause: error });
  }
  if (primary === CORRUPT || primary === NOT_A_DATABASE) {
    const message = `${path} is damaged: move it away, it is then made anew without ${holds}`;
    return new StoreError('E_STORE_CORRUPT', message, { location: path, cause: error });
  }
  if (primary === FULL || extended === NO_ROOM_FOR_LOG_INDEX || isDiskFull(error)) {
    return new StorageFullError(`${path} cannot grow: the disk is full, make room`, { cause: error });
  }
  if (UNUSABLE.has(primary) || systemCode(error) !== undefined) {
    return new FileAccessError(`${path} cannot be used (${text}): check the disk, the folder and its permissions`, {
      path,
      cause: error,
    });
  }
  return new InternalError(`${path}: ${text}`, { cause: error });
}
