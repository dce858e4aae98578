import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { finishReplacing } from '../../../src/stores/repair/replace-store.ts';
import { DamagedStore, HELD } from '../damage/damaged-store.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const ASIDE = 'store.db.damaged-2026-01-02T03-04-05Z';

/** A damaged store with its log, and the repaired one that is ready beside it. */
async function makeReady(): Promise<DamagedStore> {
  const store = await DamagedStore.make();
  copyFileSync(store.database, `${store.database}.repaired`);
  store.overwrite(0, 4_096);
  writeFileSync(`${store.database}-wal`, 'a log');
  writeFileSync(`${store.database}-shm`, 'an index of a log');
  return store;
}

test.each([
  ['before anything was done', () => undefined],
  ['when the damaged store had a second name', (at: string) => linkSync(join(at, 'store.db'), join(at, ASIDE))],
  [
    'when the log was aside',
    (at: string) => {
      linkSync(join(at, 'store.db'), join(at, ASIDE));
      renameSync(join(at, 'store.db-wal'), join(at, `${ASIDE}-wal`));
    },
  ],
  [
    'when all but the last name was done',
    (at: string) => {
      linkSync(join(at, 'store.db'), join(at, ASIDE));
      for (const end of ['-wal', '-shm']) renameSync(join(at, `store.db${end}`), join(at, `${ASIDE}${end}`));
    },
  ],
])('a repair that was killed %s is finished by whoever comes next', async (_name, begin) => {
  using store = await makeReady();
  const damaged = readFileSync(store.database);
  begin(store.location);
  const later = new Date(NOW.getTime() + 60_000);
  const aside = finishReplacing(store.location, existsSync(join(store.location, ASIDE)) ? later : NOW);
  expect(aside).toBe(join(store.location, ASIDE));
  expect(readFileSync(aside!).equals(damaged)).toBe(true);
  expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('a log');
  expect(finishReplacing(store.location)).toBeUndefined();
  expect(await store.verify()).toMatchObject({ isSound: true });
  expect(await store.repair()).toMatchObject({ found: [], kept: HELD });
});

test('a repair that was killed before its store was ready leaves the old one, and is done again', async () => {
  using store = await DamagedStore.make();
  store.overwrite(0, 4_096);
  const damaged = readFileSync(store.database);
  copyFileSync(store.database, join(store.location, 'half'));
  // What a killed repair leaves in the folder that it works in is never looked at.
  const work = join(store.location, 'repair.part');
  renameSync(join(store.location, 'half'), work);
  expect(readFileSync(store.database).equals(damaged)).toBe(true);
  expect(await store.repair()).toMatchObject({ kept: HELD, lost: [] });
  expect(existsSync(work)).toBe(false);
});

test('a file that a clock set back would name like an earlier one is not written over', async () => {
  using store = await makeReady();
  writeFileSync(join(store.location, ASIDE), 'of an earlier repair');
  const aside = finishReplacing(store.location, NOW);
  expect(readFileSync(join(store.location, ASIDE), 'utf8')).toBe('of an earlier repair');
  expect(aside).not.toBe(join(store.location, ASIDE));
});
