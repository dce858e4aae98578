import { statfs } from 'node:fs/promises';
import { CancelledError, FileAccessError, isWoosterError, StorageFullError, isDiskFull, systemCode } from 'wooster';

/** Turns a system error of a file into a contract error: a full disk, a cancelled wait, or E_FILE with the path. */
export function translateFileError(error: unknown, path: string, neededBytes?: number): Error {
  if (isWoosterError(error)) return error;
  const code = systemCode(error);
  if (code === 'ABORT_ERR') return new CancelledError('cancelled', { cause: error });
  if (isDiskFull(error)) {
    const needed = neededBytes === undefined ? 'more room is needed' : `${formatBytes(neededBytes)} more are needed`;
    const message = `no room left while writing ${path}: ${needed}; what was fetched is kept, make room and run it again`;
    return new StorageFullError(message, { cause: error, neededBytes });
  }
  return new FileAccessError(`${path}: ${code ?? 'cannot be used'}; check the path and its permissions`, {
    cause: error,
    path,
  });
}

/** Free bytes, for this user, of the file system that holds a folder. */
export async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** E_DISK_FULL with both figures when a folder has less room than needed. */
export function requireRoom(directory: string, neededBytes: number, freeBytes: number): void {
  if (freeBytes >= neededBytes) return;
  throw new StorageFullError(
    `${directory} has ${formatBytes(freeBytes)} free and ${formatBytes(neededBytes)} are needed; make room there or set another folder`,
    { neededBytes, details: { freeBytes } },
  );
}

/** Decimal units, as disks and download pages give them. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(0)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}
