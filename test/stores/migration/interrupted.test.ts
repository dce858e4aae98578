import { randomInt } from 'node:crypto';
import { setEnvironmentData } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/index.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { rowsOf } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { limit } from '../support/store-rig.ts';
import { HookedDouble, MigrationRig, migrationsOf, moveTo } from './migration-rig.ts';

/** Counts down to the failure; counts statements. */
const shared = new Int32Array(new SharedArrayBuffer(8));
const NEVER = 2 ** 30;

/** Every third write in one run, another third in the next. */
const STEP = 3;
const FIRST = 1 + (Number(process.env['WOOSTER_SEED'] ?? randomInt(STEP)) % STEP);

const LONG = Array.from({ length: 24 }, (_, at) => `Sentence ${at} says something.`).join(' ');
const SOURCES = [
  sourceOf('long.md', ['a short one', LONG, 'short at the end']),
  ...Array.from({ length: 3 }, (_, file) => sourceOf(`short-${file}.md`, [`passage of file ${file}`, 'common'])),
];

let rig: MigrationRig;
let store: KnowledgeStore;

beforeAll(async () => {
  setEnvironmentData('store-failure', shared);
  Atomics.store(shared, 0, NEVER);
  const workerFile = new URL('./failing-worker.ts', import.meta.url);
  const narrow = new HookedDouble('narrow', 32, { inputs: 1, tokensPerInput: 24 });
  rig = new MigrationRig([new EmbeddingsDouble(), narrow], { workerFile });
  store = await rig.open();
  await store.add(SOURCES, limit());
});
afterAll(() => rig.dispose());

/** Does the work, of which the n-th write fails; true where it came so far. */
async function failAt(number: number, work: () => Promise<unknown>): Promise<boolean> {
  Atomics.store(shared, 0, number);
  const outcome = await work().then(
    () => 'done',
    (error: unknown) => String(error),
  );
  Atomics.store(shared, 0, NEVER);
  if (outcome !== 'done') expect(outcome).toMatch('the machine stopped here');
  return outcome !== 'done';
}

async function expectSound(number: number): Promise<void> {
  expect([number, await store.verify(limit())]).toEqual([number, expect.objectContaining({ isSound: true })]);
}

describe(`a migration that is broken off at any write (from number ${FIRST})`, () => {
  test('and the way back, and pruning, end as if nothing had happened', async () => {
    const whole = { before: rowsOf(rig.rig.location), after: '' };
    await moveTo(store, 'narrow');
    whole.after = rowsOf(rig.rig.location);
    let failures = 0;
    for (let number = FIRST, isOver = false; !isOver; number += STEP) {
      const back = await failAt(number, () => migrationsOf(store).rollback(limit()));
      if (back) await migrationsOf(store).rollback(limit());
      const pruned = await failAt(number, () => migrationsOf(store).prune(limit()));
      if (pruned)
        await migrationsOf(store)
          .prune(limit())
          .catch(() => undefined);
      expect([number, rowsOf(rig.rig.location)]).toEqual([number, whole.before]);
      const moved = await failAt(number, () => moveTo(store, 'narrow'));
      if (moved) {
        await expectSound(number);
        await moveTo(store, 'narrow');
      }
      expect([number, rowsOf(rig.rig.location)]).toEqual([number, whole.after]);
      failures += [back, pruned, moved].filter(Boolean).length;
      isOver = !back && !pruned && !moved;
    }
    await expectSound(0);
    expect(failures).toBeGreaterThan(13);
  }, 120_000);
});
