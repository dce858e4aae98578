import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { sourceOf } from '../../stores/support/sources.ts';
import { limit, StoreRig } from '../../stores/support/store-rig.ts';
import type { MigrationOutcome, MigrationTask } from './migration-child.ts';
import { slowFactory } from './slow-double.ts';

const CHILD_FILE = new URL('./migration-child.ts', import.meta.url).pathname;
const CHILD_LIMIT_MS = 900_000;
const PASSAGES_A_SOURCE = 20;

const WORDS = ['river', 'stone', 'cloud', 'engine', 'garden', 'letter', 'winter', 'copper', 'island', 'mirror'];

function passageOf(number: number): string {
  const words = Array.from(
    { length: 4 + (number % 23) },
    (_, at) => WORDS[(number * 7 + at * (3 + (number % 5))) % 10],
  );
  return `Passage ${number} tells of ${words.join(' ')} and ends.`;
}

/** Makes a store of so many passages, embedded with the model `old`. */
export async function makeStore(location: string, passages: number): Promise<void> {
  const rig = new StoreRig({}, location);
  const store = await rig.open(slowFactory(0));
  for (let from = 0; from < passages; from += PASSAGES_A_SOURCE * 20) {
    const sources = Array.from({ length: 20 }, (_, file) => from + file * PASSAGES_A_SOURCE)
      .filter((first) => first < passages)
      .map((first) => {
        const count = Math.min(PASSAGES_A_SOURCE, passages - first);
        return sourceOf(
          `file-${first}.md`,
          Array.from({ length: count }, (__, at) => passageOf(first + at)),
        );
      });
    await store.add(sources, limit(CHILD_LIMIT_MS));
  }
  await rig.dispose();
}

/** Migrates in a process of its own that is killed before a statement, if one is told; undefined where it was killed. */
export async function migrateInChild(
  task: MigrationTask,
  environment: Readonly<Record<string, string>> = {},
): Promise<MigrationOutcome | undefined> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD_FILE, JSON.stringify(task)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: CHILD_LIMIT_MS,
    killSignal: 'SIGTERM',
  });
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (signal === 'SIGKILL') return undefined;
  if (code !== 0) throw new Error(`the migration ended with ${code ?? signal}`);
  return JSON.parse(output) as MigrationOutcome;
}

/** Migrates without interruption and counts the statements that write. */
export async function measureMigration(
  task: MigrationTask,
  countFile: string,
): Promise<{ readonly outcome: MigrationOutcome; readonly statements: number }> {
  const outcome = await migrateInChild(task, { STORE_COUNT_FILE: countFile });
  if (outcome === undefined) throw new Error('the uninterrupted migration was killed');
  return { outcome, statements: Number(readFileSync(countFile, 'utf8')) };
}

const VECTORS = `SELECT hash, space_id, vector FROM vectors JOIN texts ON texts.id = vectors.text
  JOIN spaces ON spaces.id = vectors.space ORDER BY space_id, hash`;

function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (const [at, value] of one.entries()) sum += value * other[at]!;
  return sum;
}

/** The lowest cosine of the vectors of two stores, text by text; the keys must be the same. */
export function lowestCosine(one: string, other: string): number {
  const [left, right] = [one, other].map(
    (location) => new DatabaseSync(join(location, 'store.db'), { readOnly: true }),
  );
  let lowest = 1;
  const others = right!.prepare(VECTORS).iterate();
  for (const row of left!.prepare(VECTORS).iterate()) {
    const next = others.next();
    const match = next.done === true ? undefined : next.value;
    if (match?.['hash'] !== row['hash'] || match?.['space_id'] !== row['space_id']) return Number.NaN;
    const [mine, theirs] = [row, match].map((each) => new Float32Array((each!['vector'] as Uint8Array).slice().buffer));
    lowest = Math.min(lowest, cosine(mine!, theirs!));
  }
  left!.close();
  right!.close();
  return lowest;
}
