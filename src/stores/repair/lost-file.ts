import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { corruptStore } from '../database/store-fault.ts';

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function hasIndexes(location: string): boolean {
  try {
    return readdirSync(join(location, 'indexes')).length > 0;
  } catch {
    return false;
  }
}

/**
 * E_STORE_CORRUPT where store.db is gone or empty and what lies beside it shows that it was not: opened, it would be an
 * empty store, and SQLite would delete its log of writes. A store that was moved away with its log may be made anew.
 */
export function refuseLostFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && (found.size > 0 || !found.isFile())) return;
  if (sizeOf(`${path}-wal`) > 0) throw corruptStore(path, 'it is gone or empty, and its log of writes is still there');
  if (found === undefined) return;
  const location = dirname(path);
  if (sizeOf(join(location, 'writer.db')) > 0 || hasIndexes(location)) throw corruptStore(path, 'it is empty');
}
