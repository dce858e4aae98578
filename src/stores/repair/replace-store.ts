import { copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { knowsNoLinks } from '../../kernel/files/part-files.ts';
import { syncFolderNow, syncNow } from '../../kernel/files/sync-now.ts';

const STORE_FILE = 'store.db';

/** A repaired store that is whole and checked, and only has to be put in its place. Being there, it is the store. */
const REPAIRED_FILE = 'store.db.repaired';

const LOG_FILES = ['store.db-wal', 'store.db-shm'];

/** A second name for a file, or a copy where the file system has no such thing. */
function keepAside(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!knowsNoLinks(error)) throw error;
    copyFileSync(from, to);
    syncNow(to);
  }
}

/** Where the damaged files go; the name of an earlier attempt where that has kept this very file aside already. */
function asideName(location: string, now: Date): string {
  const store = statSync(join(location, STORE_FILE), { throwIfNoEntry: false });
  const isKept = (name: string): boolean =>
    /^store\.db\.damaged-[^.]*Z$/.test(name) && statSync(join(location, name)).ino === store?.ino;
  const known = readdirSync(location).find(isKept);
  if (known !== undefined) return join(location, known);
  // A clock that was set back may give a name a second time.
  for (let time = now.getTime(); ; time += 1_000) {
    const stamp = new Date(time).toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
    const path = join(location, `${STORE_FILE}.damaged-${stamp}`);
    if (!existsSync(path)) return path;
  }
}

/** True while a repaired store waits to be put in its place. */
export function isReplacing(location: string): boolean {
  return existsSync(join(location, REPAIRED_FILE));
}

/**
 * Makes a whole and checked file the repaired store of a folder. From here on it is the store, whoever dies: whoever opens
 * it next goes on with `finishReplacing`.
 */
export function beginReplacing(location: string, file: string): void {
  syncNow(file);
  renameSync(file, join(location, REPAIRED_FILE));
  syncFolderNow(location);
}

/**
 * Puts a repaired store in its place and the damaged files aside; where they are then, undefined where there is nothing
 * to replace. Every step can be done again. For the holder of the writer's place.
 */
export function finishReplacing(location: string, now = new Date()): string | undefined {
  if (!isReplacing(location)) return undefined;
  const aside = asideName(location, now);
  const store = join(location, STORE_FILE);
  if (existsSync(store) && !existsSync(aside)) keepAside(store, aside);
  // Before the store: its log would be taken for that of the repaired one.
  for (const name of LOG_FILES) {
    const file = join(location, name);
    if (existsSync(file)) renameSync(file, `${aside}${name.slice(STORE_FILE.length)}`);
  }
  syncFolderNow(location);
  renameSync(join(location, REPAIRED_FILE), store);
  syncFolderNow(location);
  return aside;
}

/** Folder of a repair under way, in that of the store. */
export function repairFolder(location: string): string {
  return join(location, 'repair.part');
}

/** Removes what a repair that died left unfinished. For the holder of the writer's place, which repairs have as well. */
export function sweepRepair(location: string): void {
  rmSync(repairFolder(location), { recursive: true, force: true });
}
