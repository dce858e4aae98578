import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { RepairReport } from '../../../src/index.ts';
import { diagnose } from '../../../src/stores/repair/diagnose.ts';
import { DamagedStore, HELD } from '../damage/damaged-store.ts';

/** What repairing says, after which the store verifies deep. */
async function repaired(store: DamagedStore): Promise<RepairReport> {
  const report = await store.repair();
  expect(await store.verify()).toMatchObject({ isSound: true, faults: [] });
  expect(await store.verify()).toMatchObject({ isSound: true, rebuilt: [] });
  return report;
}

describe('repairing rows', () => {
  test('says that nothing was wrong, and changes nothing', async () => {
    using store = await DamagedStore.make();
    const before = readFileSync(store.database);
    expect(await repaired(store)).toEqual({ found: [], rebuilt: [], lost: [], kept: HELD });
    expect(readFileSync(store.database).equals(before)).toBe(true);
  });

  test('removes a text that is not what was stored, and names the file that must be read again', async () => {
    using store = await DamagedStore.make();
    store.change(`UPDATE texts SET text = replace(text, 'apples', 'apricots') WHERE id = 12`);
    const report = await repaired(store);
    expect(report.found).toEqual(expect.arrayContaining(['1 texts are not what was stored']));
    expect(report.lost).toEqual(['1 files must be ingested again: folder/1.md: wooster ingest <folder> --project rig']);
    expect(report.kept).toEqual({ sources: 30, chunks: 299, vectors: 299 });
    const again = await store.repair();
    expect(again).toMatchObject({ found: [], rebuilt: [], lost: report.lost });
  });

  test('deletes vectors that are not sound, which then wait to be embedded', async () => {
    using store = await DamagedStore.make();
    store.change('UPDATE vectors SET vector = zeroblob(256) WHERE row IN (3, 4)');
    const report = await repaired(store);
    expect(report.found).toEqual([expect.stringContaining('2 vectors')]);
    expect(report.lost).toEqual([
      '2 passages are without vector and found by their words only: wooster migrate --project rig',
    ]);
  });

  test.each([
    ['a vector without its text', 'DELETE FROM texts WHERE id = 5', 1],
    ['passages without their source', 'DELETE FROM sources WHERE id = 7', 0],
    ['a passage whose headings cannot be read', `UPDATE chunks SET headings = '{' WHERE row = 9`, 1],
    ['a passage at a place that cannot be', 'UPDATE chunks SET start = -5 WHERE row = 9', 1],
    ['a number that is too large to be read', 'UPDATE sources SET bytes = 9223372036854775807 WHERE id = 2', 0],
    ['a splitting that cannot be read', `UPDATE splittings SET record = '{"tokenizer'`, 0],
    ['a file under another name', `UPDATE sources SET path = 'folder/x.md' WHERE id = 3`, 0],
    ['a date that cannot be', 'UPDATE sources SET modified_at = 1e300', 0],
    ['a migration without its target', `INSERT INTO migrations VALUES (1, 9, 8, 'filling', 1, 1, NULL)`, 0],
    [
      'two primary spaces',
      `INSERT INTO spaces (space_id, record, role, driver) SELECT 'x', record, role, driver FROM spaces`,
      0,
    ],
    ['a counter that is behind', 'UPDATE counter SET change = 0', 0],
    ['no counter', 'DELETE FROM counter', 0],
  ])('mends %s', async (_name, sql, gone) => {
    using store = await DamagedStore.make();
    store.change(sql);
    const verified = await store.verify().catch((error: unknown) => error);
    expect(verified).not.toMatchObject({ isSound: true });
    const report = await repaired(store);
    expect(report.found.length).toBeGreaterThan(0);
    expect(report.kept.chunks).toBe(HELD.chunks - gone);
    expect(report.keptAt).toBeUndefined();
  });

  test('drops a space whose record is gone, and keeps the passages', async () => {
    using store = await DamagedStore.make();
    store.change(`UPDATE spaces SET record = 'x'`);
    expect((await repaired(store)).kept).toEqual({ ...HELD, vectors: 0 });
  });

  test('mends a space by the record that its id is made of', async () => {
    using store = await DamagedStore.make();
    store.change(`UPDATE spaces SET space_id = 'x' || space_id`);
    expect(await repaired(store)).toMatchObject({ lost: [], kept: HELD });
  });

  test('makes an emptied list of what the store is anew', async () => {
    using store = await DamagedStore.make();
    store.change('DELETE FROM meta');
    expect(await repaired(store)).toMatchObject({ lost: [], kept: HELD });
  });
});

describe('repairing a file that cannot be read whole', () => {
  test('keeps every row that can be read, and the damaged file aside', async () => {
    using store = await DamagedStore.make();
    store.overwrite(4_096 * 40, 4_096 * 43);
    const damaged = readFileSync(store.database);
    const report = await repaired(store);
    expect(report.found[0]).toMatch(/^store.db cannot be read whole: /);
    expect(report.keptAt).toMatch(/store\.db\.damaged-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/);
    expect(readFileSync(report.keptAt!).equals(damaged)).toBe(true);
    expect(report.kept.chunks).toBeGreaterThan(HELD.chunks / 2);
  });

  test.each([
    ['the head of the file', 0, 100],
    ['the whole first page', 0, 4_096],
    ['the number of the program in the head', 68, 69],
    ['the number of the version in the head', 60, 61],
    ['the version of the format in the head', 18, 19],
  ])('gets everything back when %s was overwritten', async (_name, from, to) => {
    using store = await DamagedStore.make();
    store.overwrite(from, to);
    expect(await repaired(store)).toMatchObject({ kept: HELD, lost: [] });
  });

  test('gets back what stands in the part that is left of a truncated file', async () => {
    using store = await DamagedStore.make();
    truncateSync(store.database, Math.floor(readFileSync(store.database).length * 0.7));
    const report = await repaired(store);
    expect(report.kept.sources).toBeGreaterThan(0);
    expect(report.keptAt).toBeDefined();
  });

  test('makes an empty store of an empty file, and says that nothing could be read', async () => {
    using store = await DamagedStore.make();
    truncateSync(store.database);
    await expect(store.verify()).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
    expect((await repaired(store)).lost).toEqual([expect.stringMatching(/^nothing of it could be read/)]);
  });

  test('reads a store back from its log of writes where store.db is gone', async () => {
    using store = await DamagedStore.make();
    const writer = new DatabaseSync(store.database);
    writer.exec('PRAGMA wal_autocheckpoint = 0; VACUUM');
    const log = readFileSync(`${store.database}-wal`);
    writer.close();
    writeFileSync(`${store.database}-wal`, log);
    rmSync(store.database);
    await expect(store.verify()).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
    expect(await repaired(store)).toMatchObject({ lost: [], kept: HELD });
  });

  test('loses nothing to a log of writes that is rubbish', async () => {
    using store = await DamagedStore.make();
    writeFileSync(`${store.database}-wal`, Buffer.alloc(50_000, 0x37));
    writeFileSync(`${store.database}-shm`, Buffer.alloc(32_768, 0x37));
    expect(await repaired(store)).toMatchObject({ lost: [], kept: HELD });
  });

  test('makes a damaged lock anew', async () => {
    using store = await DamagedStore.make();
    writeFileSync(join(store.location, 'writer.db'), 'no database at all, and long enough to be one'.repeat(200));
    expect(await repaired(store)).toMatchObject({ found: [], lost: [] });
  });

  test('leaves a database of another program alone', async () => {
    using store = await DamagedStore.make();
    rmSync(store.database);
    store.change('CREATE TABLE notes (text TEXT)');
    const before = readFileSync(store.database);
    await expect(store.repair()).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' });
    expect(readFileSync(store.database).equals(before)).toBe(true);
    expect(existsSync(join(store.location, 'repair.part'))).toBe(false);
  });

  test('tells what is wrong with a store by its file, whatever its folder is called', async () => {
    using store = await DamagedStore.make();
    const folder = join(store.location, 'of another program (old): kept');
    mkdirSync(folder);
    const database = join(folder, 'store.db');
    renameSync(store.database, database);
    truncateSync(database, 4_096 * 3);
    expect(diagnose(database)).toEqual({ reason: expect.stringMatching(/^[^(]*malformed[^(]*$/) });
  });
});
