import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { CancelledError, FileAccessError } from 'wooster';
import { translateFileError } from './file-faults.ts';

/** SQLITE_BUSY: another connection, of this process or another, holds the file. */
const SQLITE_BUSY = 5;

/** How to wait for a lock. */
interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once when someone else holds the lock. */
  readonly onWait?: () => void;
  readonly pollMs?: number;
  readonly limitMs?: number;
}

function tryLock(database: DatabaseSync, path: string): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw new FileAccessError(`${path}: cannot be locked; check that its file system has locks`, {
      cause: error,
      path,
    });
  }
}

async function acquire(database: DatabaseSync, path: string, options: LockOptions): Promise<void> {
  const { signal, pollMs = 250, limitMs = 2 * 3_600_000 } = options;
  const deadline = performance.now() + limitMs;
  for (let isFirst = true; !tryLock(database, path); isFirst = false) {
    if (isFirst) options.onWait?.();
    if (performance.now() >= deadline) {
      throw new FileAccessError(`${path}: another process has held it for ${limitMs} ms; end that process`, { path });
    }
    await delay(pollMs, undefined, { signal }).catch((error: unknown) => {
      throw new CancelledError('cancelled while waiting for another process', { cause: error });
    });
  }
}

/**
 * Runs an action while nobody else on this machine runs one under the same path. The operating system holds the lock
 * (through SQLite, on an empty file), so it ends with its process, however that ends, and is never stale.
 */
export async function withFileLock<T>(path: string, options: LockOptions, action: () => Promise<T>): Promise<T> {
  const { DatabaseSync } = await import('node:sqlite');
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    throw translateFileError(error, path);
  }
  try {
    await acquire(database, path, options);
    return await action();
  } finally {
    database.close();
  }
}
