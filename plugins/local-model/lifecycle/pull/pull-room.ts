import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { StorageFullError } from 'wooster';
import { formatBytes } from '../../weights/file-faults.ts';
import type { LifecycleContext } from '../lifecycle-context.ts';
import { THIS_MACHINE } from '../this-machine.ts';

/** Kept of the disk beside the model itself: an operating system without any room is of no use. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** Where an engine keeps its models unless it was told otherwise. */
interface UsualFolders {
  /** Of this machine, absolute or below the home folder, the likeliest first. */
  readonly folders: readonly string[];
  /** Variable of the server's own environment that moves them. */
  readonly variable?: string;
}

/** The folder that a server of this machine fetches into; undefined when it is elsewhere or not known. */
export function modelFolder(context: LifecycleContext, usual: UsualFolders): string | undefined {
  const { entry, base, machine = THIS_MACHINE } = context;
  if (!base.isLoopback) return undefined;
  const { modelsDirectory } = entry.options;
  if (typeof modelsDirectory === 'string') return below(machine.home, modelsDirectory);
  const moved = usual.variable === undefined ? undefined : entry.start?.environment[usual.variable];
  if (moved !== undefined) return below(machine.home, moved);
  // A server in a container has its own disk: only a folder that is there tells of one that runs here.
  return usual.folders.map((folder) => below(machine.home, folder)).find((folder) => existsSync(folder));
}

/** A folder as people write it: absolute, with `~`, or below the home folder. */
export function below(home: string, folder: string): string {
  return resolve(home, folder.replace(/^~(?=[/\\]|$)/, '.'));
}

/** E_DISK_FULL with both figures when the folder has less room than a pull still needs; does nothing where it is not known. */
export async function requirePullRoom(
  context: LifecycleContext,
  folder: string | undefined,
  wanted: { readonly model: string; readonly neededBytes: number; readonly advice?: string },
): Promise<void> {
  if (folder === undefined || wanted.neededBytes <= 0) return;
  const freeBytes = await (context.machine ?? THIS_MACHINE).freeBytes(folder);
  const neededBytes = wanted.neededBytes + RESERVE_BYTES;
  if (freeBytes === undefined || freeBytes >= neededBytes) return;
  const figures = `${formatBytes(wanted.neededBytes)} more are needed and ${folder} has ${formatBytes(freeBytes)} free`;
  throw new StorageFullError(
    `${context.entry.id}: no room for ${wanted.model}: ${figures}; ${wanted.advice ?? 'make room there, or take a smaller model'}`,
    { neededBytes, details: { freeBytes, folder } },
  );
}
