import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';

/** Every file of a folder by its name in it. */
export type DiskState = ReadonlyMap<string, Buffer>;

function readState(location: string): DiskState {
  const entries = readdirSync(location, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  return new Map(paths.map((path) => [relative(location, path), readFileSync(path)]));
}

/** Makes a folder what it was in a state. */
export function writeState(location: string, state: DiskState): void {
  rmSync(location, { recursive: true, force: true });
  for (const [name, bytes] of state) {
    const path = join(location, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

function digestOf(state: DiskState): string {
  const digest = createHash('sha256');
  for (const [name, bytes] of state) digest.update(`${name} ${bytes.length} `).update(bytes);
  return digest.digest('hex');
}

/**
 * What a process that is killed before or after any statement of some work leaves in a folder: each different state once,
 * in order. What SQLite has not given to the system by then dies with the process, and what it has stays.
 */
export async function statesDuring(location: string, work: () => Promise<unknown>): Promise<readonly DiskState[]> {
  const states = new Map<string, DiskState>();
  const look = (): void => {
    const state = readState(location);
    const digest = digestOf(state);
    if (!states.has(digest)) states.set(digest, state);
  };
  const watched: readonly (readonly [owner: object, name: string])[] = [
    [StatementSync.prototype, 'run'],
    [DatabaseSync.prototype, 'exec'],
    [DatabaseSync.prototype, 'close'],
  ];
  const restore = watched.map(([owner, name]) => {
    const method = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
    Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
      look();
      const result = Reflect.apply(method, this, values);
      look();
      return result;
    });
    return () => Reflect.set(owner, name, method);
  });
  try {
    await work();
  } finally {
    for (const each of restore) each();
  }
  return [...states.values()];
}
