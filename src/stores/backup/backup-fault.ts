import { InternalError } from '../../contracts/errors/host-errors.ts';
import { FileAccessError, StorageFullError, StoreError } from '../../contracts/errors/resource-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import { isDiskFull, systemCode } from '../../kernel/system-code.ts';
import { resultCode } from '../database/store-fault.ts';

/** The error of a file that is no sound copy of a store. */
export function unsoundBackup(file: string, what: string, cause?: unknown): StoreError {
  const message = `${file} is no sound backup (${what.replace(/\s+/g, ' ')}): nothing was put in place; try an older one`;
  return new StoreError('E_STORE_CORRUPT', message, { location: file, cause });
}

/** What an error of SQLite or of the file system means to who copies a store to or from `file`. */
export function toBackupError(error: unknown, file: string): Error {
  if (isWoosterError(error)) return error;
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  const code = resultCode(error);
  if (code === 13 || isDiskFull(error)) {
    return new StorageFullError(`no room to write ${file}: make room on that disk; nothing of it was left`, {
      cause: error,
      details: { path: file },
    });
  }
  if (code === 11 || code === 26) return unsoundBackup(file, text, error);
  const system = systemCode(error);
  if (code !== undefined || (system !== undefined && /^E[A-Z]+$/.test(system))) {
    const what = code === undefined ? system : text;
    return new FileAccessError(`${file} cannot be read or written (${what}): check the folder and its permissions`, {
      path: file,
      cause: error,
    });
  }
  return new InternalError(`copying ${file} failed: ${text}`, { cause: error });
}
