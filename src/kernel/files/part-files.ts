import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../system-code.ts';
import { DISK, type FileLayer } from './file-layer.ts';

/** Whether an error says that a file system knows no second name of a file. */
export function knowsNoLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? '');
}

/** Where a file or folder is written before it gets its name: beside it, and told to be of this process. */
export function partOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.part`);
}

/** Whether a process of this machine has this number now, whoever it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Removes what processes that are gone left of `path` when they ended before it got its name. */
export async function sweepParts(path: string): Promise<void> {
  const start = `.${basename(path)}.`;
  const entries = await readdir(dirname(path)).catch((): string[] => []);
  for (const entry of entries) {
    if (!entry.startsWith(start)) continue;
    const pid = /^(\d+)(?:-[0-9a-f]+)?\.part(?:-wal|-shm|-journal)?$/.exec(entry.slice(start.length))?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(dirname(path), entry), { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Gives a finished file its name, lastingly; false, with the part left, where something has that name already. */
export async function placeFile(part: string, path: string, files: FileLayer = DISK): Promise<boolean> {
  await files.sync(part);
  try {
    await files.link(part, path);
    await files.remove(part);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!knowsNoLinks(error)) throw error;
    if (await isThere(path)) return false;
    await files.rename(part, path);
  }
  await files.sync(dirname(path));
  return true;
}
