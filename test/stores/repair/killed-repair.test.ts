import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { RepairReport } from '../../../src/index.ts';
import { toStoreError } from '../../../src/stores/database/store-fault.ts';
import { CurrentSession } from '../../../src/stores/worker/current-session.ts';
import { DamagedStore } from '../damage/damaged-store.ts';
import { rowsOf, seeded, startStoreChild } from '../support/kill-harness.ts';
import { limit } from '../support/store-rig.ts';
import { statesDuring, writeState } from './disk-states.ts';
import type { DiskState } from './disk-states.ts';

/** Of a store so small that every moment of its repair is tried. */
const FILES = 2;

/** Folder of a repair under way. */
const WORK_FOLDER = 'repair.part';

interface Outcome {
  readonly report: Omit<RepairReport, 'keptAt'>;
  readonly rows: string;
  readonly files: readonly string[];
}

/** What a repair says and leaves; the name of what is kept aside tells the time. */
async function outcomeOf(store: DamagedStore): Promise<Outcome> {
  const { keptAt, ...report } = await store.repair();
  expect(keptAt === undefined || existsSync(keptAt)).toBe(true);
  const files = store.files().map((name) => name.replace(/(?<=damaged-)[^.]*Z/, 'then'));
  return { report, rows: rowsOf(store.location), files: files.toSorted() };
}

/** Opens a store as whoever comes next does, also where that is refused. */
async function openAndClose({ location }: DamagedStore): Promise<void> {
  const current = new CurrentSession();
  try {
    current.open({ purpose: 'projects', name: 'rig', location, create: false });
  } catch (error) {
    expect(toStoreError(error, location)).toMatchObject({ code: 'E_STORE_CORRUPT' });
  } finally {
    await current.close(limit());
  }
}

/** True while the new file has not taken the place of the old one, and no name of that was given away. */
function isBefore(state: DiskState): boolean {
  return [...state.keys()].every((name) => name !== 'store.db.repaired' && !name.includes('.damaged-'));
}

/** The uninterrupted repair of a store, and what one that is killed leaves on the disk at each moment. */
async function repairOf(store: DamagedStore): Promise<{ whole: Outcome; states: readonly DiskState[] }> {
  let whole: Outcome | undefined;
  const states = await statesDuring(store.location, async () => {
    whole = await outcomeOf(store);
  });
  return { whole: whole!, states };
}

/** Statements before the new file is whole, of a store of this size. */
const STATEMENTS = { first: 20, last: 120 };
const seed = Number(process.env['WOOSTER_SEED'] ?? randomInt(2 ** 31));

describe('a repair that is killed at any write', () => {
  test('leaves the old file until the new one is whole, nothing beside it, and is done again to the same end', async () => {
    using store = await DamagedStore.make(FILES);
    store.overwrite(4_096 * 12, 4_096 * 13);
    const damaged = readFileSync(store.database);
    const { whole, states } = await repairOf(store);
    expect(await store.verify()).toMatchObject({ isSound: true });
    const early = states.filter(isBefore);
    expect(early.filter((state) => state.has(join(WORK_FOLDER, 'store.db'))).length).toBeGreaterThan(5);
    expect(states.length).toBeGreaterThan(early.length);
    for (const [number, state] of states.entries()) {
      writeState(store.location, state);
      const { report, ...left } = await outcomeOf(store);
      expect([number, left]).toEqual([number, { rows: whole.rows, files: whole.files }]);
      writeState(store.location, state);
      await openAndClose(store);
      expect([number, store.files().includes(WORK_FOLDER)]).toEqual([number, false]);
      if (!isBefore(state)) continue;
      expect([number, report]).toEqual([number, whole.report]);
      expect([number, readFileSync(store.database).equals(damaged)]).toEqual([number, true]);
    }
  });

  test(`is that whose process is killed, too (seed ${seed})`, async () => {
    using store = await DamagedStore.make(FILES);
    using killed = await DamagedStore.make(FILES);
    for (const each of [store, killed]) each.overwrite(4_096 * 12, 4_096 * 13);
    const damaged = readFileSync(killed.database);
    const { first, last } = STATEMENTS;
    const statement = first + Math.floor(seeded(seed)() * (last - first));
    const child = startStoreChild({ location: killed.location, isRepair: true }, { STORE_KILL_AT: String(statement) });
    expect([statement, (await child.ended).signal]).toEqual([statement, 'SIGKILL']);
    expect([statement, killed.files().includes(WORK_FOLDER)]).toEqual([statement, true]);
    expect([statement, readFileSync(killed.database).equals(damaged)]).toEqual([statement, true]);
    expect([statement, await outcomeOf(killed)]).toEqual([statement, await outcomeOf(store)]);
  });

  test('has the rows of before or of after, and tells the second time what the first would have told', async () => {
    using store = await DamagedStore.make(FILES);
    store.change(`DELETE FROM sources WHERE id = 1;
      UPDATE texts SET text = replace(text, 'apples', 'apricots') WHERE id = 12;
      UPDATE vectors SET vector = zeroblob(256) WHERE row = 14`);
    const before = rowsOf(store.location);
    const { whole, states } = await repairOf(store);
    expect(whole.report.lost).toHaveLength(3);
    let killed = 0;
    for (const [number, state] of states.entries()) {
      writeState(store.location, state);
      const rows = rowsOf(store.location);
      expect([number, [before, whole.rows]]).toEqual([number, expect.arrayContaining([rows])]);
      const { report, ...left } = await outcomeOf(store);
      expect([number, left]).toEqual([number, { rows: whole.rows, files: whole.files }]);
      if (rows !== before) continue;
      expect([number, report]).toEqual([number, whole.report]);
      killed += 1;
    }
    expect(killed).toBeGreaterThan(2);
  });
});
