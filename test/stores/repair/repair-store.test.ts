import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EmbeddingsDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { heldSources } from '../damage/damaged-store.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

let rig: StoreRig;

beforeEach(async () => {
  rig = new StoreRig();
  const store = await rig.open();
  await store.add(heldSources(), limit());
  await store.search({ text: 'apples', k: 3, mode: 'hybrid' }, limit());
  await store.close();
});

afterEach(async () => {
  await rig.dispose();
});

function overwrite(from: number, to: number): void {
  const bytes = readFileSync(rig.database);
  bytes.fill(0x5a, from, to);
  writeFileSync(rig.database, bytes);
}

test('a repaired store is filled again by adding, and makes its indexes anew', async () => {
  overwrite(4_096 * 40, 4_096 * 43);
  const report = await rig.repair();
  expect(report.rebuilt).toEqual([expect.stringContaining('store.db'), expect.stringContaining('index of double')]);
  const store = await rig.open();
  await store.add(heldSources(), limit());
  expect(await store.stats(limit())).toMatchObject({ sources: 30, chunks: 300 });
  expect(await store.verify(limit(), { isDeep: true })).toMatchObject({
    isSound: true,
    rebuilt: [],
    notes: expect.arrayContaining(['16 texts embedded again with double: the same']),
  });
});

test('a repair goes on where it was killed after the repaired store was ready', async () => {
  const sound = readFileSync(rig.database);
  overwrite(0, 4_096);
  writeFileSync(`${rig.database}.repaired`, sound);
  writeFileSync(`${rig.database}-wal`, 'the log of the damaged store');
  const store = await rig.open(new EmbeddingsDouble(), { create: false });
  expect(await store.verify(limit(), { isDeep: true })).toMatchObject({ isSound: true });
  await store.close();
  expect(existsSync(`${rig.database}.repaired`)).toBe(false);
  expect(readdirSync(rig.location).filter((name) => name.includes('damaged'))).toHaveLength(2);
});

test('a process that has the store open goes on with the repaired one', async () => {
  const store = await rig.open();
  await store.search({ text: 'apples', k: 3, mode: 'hybrid' }, limit());
  overwrite(4_096 * 40, 4_096 * 43);
  const report = await rig.repair();
  await store.add([sourceOf('new.md', ['plums are new'])], limit());
  expect((await store.stats(limit())).chunks).toBe(report.kept.chunks + 1);
  await store.close();
  const again = await rig.open();
  const { passages } = await again.search({ text: 'plums', k: 1, mode: 'hybrid' }, limit());
  expect(passages).toMatchObject([{ path: 'new.md' }]);
});

test('nobody repairs while somebody writes', async () => {
  const store = await rig.open();
  const place = await store.beginWriting('ingesting ./folder', limit());
  await expect(rig.repair()).rejects.toMatchObject({
    code: 'E_STORE_LOCKED',
    message: expect.stringContaining('ingesting ./folder'),
  });
  await place.dispose();
});

test('a deep look tells a model that gives other vectors than are stored, and asks no cloud', async () => {
  const other = new EmbeddingsDouble();
  const real = other.embed.bind(other);
  other.embed = async (texts, options) => (await real(texts, options)).map((vector) => vector.toReversed());
  const changed = await rig.open(other);
  expect(await changed.verify(limit(), { isDeep: true })).toMatchObject({
    isSound: false,
    faults: [expect.stringMatching(/^16 of 16 texts get another vector from double than is stored \(cosine /)],
  });
  const cloud = new EmbeddingsDouble(spaceDouble(), 'cloud');
  const afar = await rig.open(cloud);
  expect(await afar.verify(limit(), { isDeep: true })).toMatchObject({ isSound: true });
  expect(cloud.embedded).toEqual([]);
});
