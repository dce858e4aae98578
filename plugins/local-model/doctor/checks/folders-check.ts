import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode, type Finding } from 'wooster';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

const GIB = 1024 ** 3;
/** Room below which an ordinary model no longer fits, and below which even the state of a workspace is in danger. */
const LITTLE_BYTES = 5 * GIB;
const TOO_LITTLE_BYTES = 0.2 * GIB;

/** The nearest folder upwards, itself included, that is there. */
async function nearest(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearest(dirname(path));
}

/** Whether files can be made below a path and how much room there is; creates nothing. */
async function lookAt(name: string, path: string): Promise<Finding> {
  const place = await nearest(path);
  try {
    if (!(await stat(place)).isDirectory()) {
      return {
        state: 'fault',
        summary: `${name} ${path} cannot be made: ${place} is a file`,
        remedy: `move ${place} away`,
      };
    }
    await access(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = systemCode(error) ?? 'unknown error';
    const remedy = `make ${place} writable for this user, or name another folder`;
    return { state: 'fault', summary: `${name} ${path} cannot be written (${code})`, remedy };
  }
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const summary = `${name} ${path}: ${(free / GIB).toFixed(1)} GiB free`;
  if (free >= LITTLE_BYTES) return { state: 'ok', summary };
  const state = free < TOO_LITTLE_BYTES ? 'fault' : 'warning';
  return { state, summary, remedy: 'make room: a model needs a few GiB' };
}

/** Whether the folders that Wooster writes to can be written, and how much room they have. */
export function foldersCheck({ workspace, settings }: Pick<DoctorPorts, 'workspace' | 'settings'>): CheckBody {
  return {
    run: () =>
      Promise.all([lookAt('state', workspace.stateDirectory), lookAt('models', settings.embedded.modelsDirectory)]),
  };
}
