import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/index.ts';
import { STORE_VERSION } from '../../../src/stores/database/store-schema.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { HookedDouble, MigrationRig, migrationsOf, moveTo } from '../migration/migration-rig.ts';
import { rowsOf } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { limit } from '../support/store-rig.ts';
import { writeEarlier } from './earlier-store.ts';

const LONG = Array.from({ length: 24 }, (_, at) => `Sentence ${at} says something.`).join(' ');
const SOURCES = [
  sourceOf('long.md', ['a short one', LONG, 'short at the end'], { headings: ['Long'] }),
  sourceOf('short.md', ['only a short one', 'a short one'], { headings: ['Long'] }),
];

/** What is kept for the space that is not searched, whatever the numbers of its rows. */
const PARKED = [
  `SELECT path, record, parked_sources.fingerprint FROM parked_sources
   JOIN sources ON sources.id = source JOIN splittings ON splittings.id = parked_sources.splitting ORDER BY path`,
  `SELECT space_id, path, ordinal, chunk_id, hash, headings, start, stop, line, page, metadata FROM parked_chunks
   JOIN sources ON sources.id = source JOIN texts ON texts.id = parked_chunks.text JOIN spaces ON spaces.id = space
   ORDER BY path, ordinal`,
];

function rigAt(location?: string): MigrationRig {
  const narrow = new HookedDouble('narrow', 32, { tokensPerInput: 24 });
  return new MigrationRig([new EmbeddingsDouble(), narrow], {}, location);
}

interface Rows {
  readonly all: string;
  readonly parked: readonly (readonly Record<string, unknown>[])[];
}

function rowsNow(rig: MigrationRig): Rows {
  return { all: rowsOf(rig.rig.location), parked: PARKED.map((sql) => rig.rows(sql)) };
}

/** What is there after each step: moved to a model that reads less, taken back, moved again, and the old cut pruned. */
async function goThrough(rig: MigrationRig, store: KnowledgeStore): Promise<Readonly<Record<string, Rows>>> {
  const sound = async (): Promise<Rows> => {
    expect(await store.verify(limit(), { isDeep: true })).toMatchObject({ isSound: true, faults: [] });
    return rowsNow(rig);
  };
  const before = await sound();
  expect((await moveTo(store, 'narrow')).embedded).toBeGreaterThan(4);
  const moved = await sound();
  expect(await migrationsOf(store).rollback(limit())).toMatchObject({ missing: 0 });
  const back = await sound();
  expect(await moveTo(store, 'narrow')).toMatchObject({ embedded: 0 });
  const again = await sound();
  await migrationsOf(store).prune(limit());
  return { before, moved, back, again, pruned: await sound() };
}

describe('a store of an earlier version that is moved to a model that reads less', () => {
  let today: MigrationRig;
  let made: MigrationRig;
  let whole: Awaited<ReturnType<typeof goThrough>>;

  beforeAll(async () => {
    made = rigAt();
    const store = await made.open();
    await store.add(SOURCES, limit());
    await store.close();
    today = rigAt();
    const fresh = await today.open();
    await fresh.add(SOURCES, limit());
    whole = await goThrough(today, fresh);
  });

  afterAll(async () => {
    await made.dispose();
    await today.dispose();
  });

  test('is what these tests need: the old cut is parked while the new one is searched, and comes back', () => {
    const { before, moved, back, again, pruned } = whole;
    expect(before?.parked).toEqual([[], []]);
    expect(moved?.parked.map(({ length }) => length)).toEqual([2, 3]);
    expect(back?.parked[1]?.length).toBeGreaterThan(3);
    expect(again).toEqual(moved);
    expect(pruned?.parked).toEqual([[], []]);
  });

  test.each(Array.from({ length: STORE_VERSION - 1 }, (_, at) => at + 1))(
    'from version %i parks the old cut, gets it back by rollback, and prunes it, as one of today does',
    async (version) => {
      const location = join(made.rig.location, `version-${version}`);
      mkdirSync(location);
      writeEarlier(made.rig.database, join(location, 'store.db'), version);
      const rig = rigAt(location);
      const store = await rig.open();
      const steps = await goThrough(rig, store);
      expect(steps['back']?.all).not.toBe(steps['moved']?.all);
      expect(steps).toEqual(whole);
      await rig.dispose();
    },
  );
});
