import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toCancellation } from 'wooster';
import type { Machine } from './lifecycle-context.ts';

/** The nearest folder above, itself included, that exists. */
function existing(directory: string): string {
  const folder = resolve(directory);
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}

/** The machine that Wooster runs on. */
export const THIS_MACHINE: Machine = {
  home: homedir(),
  async freeBytes(directory) {
    // What cannot be asked is not known, and no reason to refuse a pull.
    const stats = await statfs(existing(directory)).catch(() => undefined);
    return stats === undefined ? undefined : stats.bavail * stats.bsize;
  },
  async pause(ms, signal) {
    await delay(ms, undefined, { signal }).catch(() => {
      throw toCancellation(signal);
    });
  },
};
