import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the bytes of a file outlast a loss of power, before it returns. Throws what the file system throws. */
export function syncNow(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the names in a folder outlast a loss of power. Windows has no call for it, and needs none. */
export function syncFolderNow(folder: string): void {
  if (process.platform !== 'win32') syncNow(folder);
}

/** Makes a folder, and those above it, for their owner alone; their names outlast a loss of power. */
export function makeLastingFolderNow(path: string, syncFolder = syncFolderNow): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) syncFolder(dirname(folder));
}
