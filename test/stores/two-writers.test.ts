import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../doubles/embeddings-double.ts';
import { migrationsOf, moveTo } from './migration/migration-rig.ts';
import { rowsOf, startStoreChild } from './support/kill-harness.ts';
import type { StoreChild } from './support/kill-harness.ts';
import { edit, FILES, GONE } from './support/meanwhile.ts';
import type { Role } from './support/meanwhile.ts';
import { limit, StoreRig } from './support/store-rig.ts';

const MODELS = embeddingsFactoryDouble(new EmbeddingsDouble(), [new EmbeddingsDouble(spaceDouble('new', 32))]);

let rig: StoreRig;
let alone: StoreRig;
let children: readonly StoreChild[] = [];

beforeEach(() => {
  [rig, alone] = [new StoreRig(), new StoreRig()];
});

afterEach(async () => {
  for (const child of children) child.kill();
  await Promise.all(children.map(({ ended }) => ended));
  await rig.dispose();
  await alone.dispose();
});

/** Lets processes of their own work on the store at once. */
async function atOnce(...roles: readonly Role[]): Promise<void> {
  children = roles.map((role) => startStoreChild({ location: rig.location, role }));
  const ends = await Promise.all(children.map(({ ended }) => ended));
  expect(ends.map(({ code }) => code)).toEqual(roles.map(() => 0));
}

/** The rows of a store that one process filled, changed and finished, one thing after another. */
async function rowsOfAlone(finish: (store: KnowledgeStore) => Promise<unknown>): Promise<string> {
  const store = await alone.open(MODELS);
  await store.add(FILES, limit());
  await edit(store);
  await finish(store);
  await store.close();
  return rowsOf(alone.location);
}

/** Every file of the store in which a word stands. */
function filesWith(word: string): readonly string[] {
  const names = readdirSync(rig.location, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.includes('.') && readFileSync(join(rig.location, name)).includes(word));
}

/** Sound, with a vector of every text in the space that is searched, and without anything of what was removed. */
async function expectWhole(name: string): Promise<void> {
  const store = await rig.open(MODELS);
  expect(await store.verify(limit(), { isDeep: true })).toMatchObject({ isSound: true, faults: [] });
  const { spaces, texts } = await store.stats(limit());
  const primary = spaces.find(({ role }) => role === 'primary');
  expect(primary).toMatchObject({ space: { name }, vectors: texts, missing: 0 });
  for (const text of ['file 0 was rewritten', 'apples are red', 'mark 5']) {
    const { passages } = await store.search({ text, k: 1, mode: 'vector' }, limit());
    expect(passages.map(({ chunk }) => chunk.text)).toEqual([text]);
  }
  await store.close();
  expect(filesWith('lasting')).toEqual(['store.db']);
  expect(filesWith(GONE)).toEqual([]);
}

describe('two processes that write to one store at once', () => {
  test('a migration takes along what the other adds, and nothing of what it removes', async () => {
    const store = await rig.open(MODELS);
    await store.add(FILES, limit());
    await store.close();
    await atOnce({ does: 'migrate' }, { does: 'edit', space: 'new', above: 0 });
    const rows = await rowsOfAlone((whole) => moveTo(whole, 'new'));
    expect(rowsOf(rig.location)).toBe(rows);
    await expectWhole('new');
    const again = await rig.open(MODELS);
    expect(await migrationsOf(again).rollback(limit())).toMatchObject({ missing: 0 });
  });

  test('vectors come home while the other ingests', async () => {
    const home = await rig.open(MODELS);
    await home.add(FILES.slice(0, 2), limit());
    await home.close();
    const cloud = new EmbeddingsDouble(spaceDouble('cloud-model', 48), 'cloud');
    cloud.isStandIn = true;
    const away = await rig.open(cloud);
    await away.add(FILES.slice(2), limit());
    await away.close();
    await atOnce({ does: 'reconcile' }, { does: 'edit', space: 'double', above: 11 });
    expect(rowsOf(rig.location)).toBe(await rowsOfAlone(() => Promise.resolve()));
    await expectWhole('double');
  });
});
