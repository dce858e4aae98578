import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { DamagedStore, HELD } from './damage/damaged-store.ts';
import { StoreDatabase } from '../../src/stores/database/store-database.ts';
import { listSources } from '../../src/stores/database/source-reader.ts';
import { prepareSource, removeSource, writeSource } from '../../src/stores/database/source-writer.ts';
import { WriterPlace } from '../../src/stores/worker/writer-place.ts';
import { sourceOf } from './support/sources.ts';

const YEAR_MS = 365 * 24 * 3_600_000;
const TODAY = Date.UTC(2026, 5, 1);

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(TODAY);
});

afterEach(() => {
  jest.restoreAllMocks();
});

test.each([
  ['back', -YEAR_MS],
  ['forward', YEAR_MS],
])('a clock that is set %s a year changes nothing of what a store holds, finds or repairs', async (_name, step) => {
  using store = await DamagedStore.make();
  const database = StoreDatabase.open(store.database, false);
  const before = database.change();
  writeSource(database, prepareSource(sourceOf('new.md', ['plums are new'])), undefined);
  jest.spyOn(Date, 'now').mockReturnValue(TODAY + step);
  writeSource(database, prepareSource(sourceOf('new.md', ['plums are old'])), undefined);
  writeSource(database, prepareSource(sourceOf('newer.md', ['plums are new'])), undefined);
  expect(removeSource(database, 'new.md')).toBe(true);
  // What came later is later by the counter, whatever the clock says.
  expect(database.change()).toBe(before + 4);
  expect(listSources(database)).toHaveLength(HELD.sources + 1);
  expect(removeSource(database, 'newer.md')).toBe(true);
  database.close();
  expect(await store.verify()).toMatchObject({ isSound: true, faults: [], rebuilt: [] });
  expect(await store.repair()).toMatchObject({ found: [], lost: [], kept: HELD });
});

test('a writer whose clock went back is not passed over, and one from the future is not waited for', async () => {
  using store = await DamagedStore.make();
  const first = new WriterPlace(`${store.location}/writer.db`);
  const second = new WriterPlace(`${store.location}/writer.db`);
  jest.spyOn(Date, 'now').mockReturnValue(TODAY + YEAR_MS);
  expect(first.tryTake('from the future')).toBe(true);
  jest.spyOn(Date, 'now').mockReturnValue(TODAY - YEAR_MS);
  expect(second.tryTake('from the past')).toBe(false);
  first.release();
  expect(second.tryTake('from the past')).toBe(true);
  second.release();
});
