import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { RateLimitedError } from '../../../src/index.ts';
import { cutVector } from '../../../src/kernel/embedding-vectors.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit } from '../support/store-rig.ts';
import { HookedDouble, MigrationRig, migrationsOf, moveTo } from './migration-rig.ts';

const SOURCES = Array.from({ length: 6 }, (_, file) =>
  sourceOf(
    `file-${file}.md`,
    Array.from({ length: 5 }, (__, at) => `passage ${at} of file ${file} about thing ${file * 5 + at}`),
  ),
);

let rig: MigrationRig;
afterEach(() => rig.dispose());

function digests(): readonly string[] {
  return [rig.rig.database, `${rig.rig.database}-wal`].map((file) =>
    existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : '',
  );
}

function toFloats(bytes: unknown): Float32Array {
  return new Float32Array((bytes as Uint8Array).slice().buffer);
}

describe('a plan', () => {
  test('writes nothing into the store, and asks the model for a sample only', async () => {
    const target = new HookedDouble('new', 32, { tokensPerInput: 8 });
    rig = new MigrationRig([new EmbeddingsDouble(), target]);
    const store = await rig.open();
    await store.add(SOURCES, limit());
    const before = digests();
    const plan = await migrationsOf(store).plan({ model: 'new' }, limit());
    expect(digests()).toEqual(before);
    expect(plan).toMatchObject({
      from: { name: 'double' },
      how: 'embed',
      locality: 'local',
      done: 0,
      tooLong: 30,
      tokensPrecision: 'exact',
      usd: 0,
    });
    expect(plan.cutInto).toBeGreaterThanOrEqual(60);
    expect(plan.texts).toBe(plan.cutInto);
    expect(plan.seconds).toBeGreaterThan(0);
    expect(plan.diskBytes).toBeGreaterThan(plan.cutInto * 32 * 8);
    expect(plan.freeBytes).toBeGreaterThan(0);
  });

  test('refuses what stands in for the model, a length without a model, and a model that nothing serves', async () => {
    const standIn = new EmbeddingsDouble(spaceDouble('cloud'), 'cloud');
    standIn.isStandIn = true;
    rig = new MigrationRig([standIn]);
    const migrations = migrationsOf(await rig.open());
    await expect(migrations.plan({}, limit())).rejects.toMatchObject({
      code: 'E_MIGRATION',
      message: expect.stringContaining('double cannot be reached, only cloud'),
    });
    await expect(migrations.plan({ dimensions: 32 }, limit())).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(migrations.plan({ model: 'none' }, limit())).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
  });
});

describe('moving', () => {
  test('to a shorter length of the same model cuts the vectors there are and asks no model', async () => {
    const short = new EmbeddingsDouble(spaceDouble('double', 32));
    rig = new MigrationRig([new EmbeddingsDouble(), short]);
    const store = await rig.open();
    await store.add(SOURCES, limit());
    const plan = await migrationsOf(store).plan({ model: 'double', dimensions: 32 }, limit());
    expect(plan).toMatchObject({ how: 'cut', texts: 30, tokens: 0, usd: 0 });
    expect(await moveTo(store, 'double', 32)).toMatchObject({ embedded: 30, verification: { isSound: true } });
    expect(short.embedded).toEqual([]);
    const [long, cut] = rig.rows('SELECT vector FROM vectors WHERE text = 7 ORDER BY space');
    expect(toFloats(cut?.['vector'])).toEqual(cutVector(toFloats(long?.['vector']), 32));
  });

  test('waits as long as the provider says, and goes on', async () => {
    const target = new HookedDouble('new', 32);
    rig = new MigrationRig([new EmbeddingsDouble(), target]);
    const store = await rig.open();
    await store.add(SOURCES, limit());
    target.before = (batch) => {
      if (batch === 1) throw new RateLimitedError('slowly', { retryAfterMs: 5, provider: 'fake', model: 'new' });
    };
    expect(await moveTo(store, 'new')).toMatchObject({ embedded: 30 });
  });

  test('embeds no more texts in a second than is allowed', async () => {
    rig = new MigrationRig([new EmbeddingsDouble(), new EmbeddingsDouble(spaceDouble('new'))]);
    const store = await rig.open();
    await store.add(SOURCES.slice(0, 2), limit());
    const begun = performance.now();
    await migrationsOf(store).run({ model: 'new' }, { signal: limit(), textsPerSecond: 50 });
    expect(performance.now() - begun).toBeGreaterThan(150);
  });

  test('does not switch to what is not sound, and keeps the report', async () => {
    rig = new MigrationRig([new EmbeddingsDouble(), new EmbeddingsDouble(spaceDouble('new'))]);
    const store = await rig.open();
    await store.add(SOURCES, limit());
    const spoil = (): void =>
      rig.spoil('UPDATE vectors SET vector = zeroblob(256) WHERE row = (SELECT max(row) FROM vectors)');
    const running = migrationsOf(store).run(
      { model: 'new' },
      { signal: limit(), onProgress: ({ phase, done }) => void (phase === 'verify' && done === 0 && spoil()) },
    );
    await expect(running).rejects.toMatchObject({ code: 'E_MIGRATION' });
    const faults = ['1 of 30 vectors are not of length 1 or not of their dimensions'];
    const status = await migrationsOf(store).status(limit());
    expect(status).toMatchObject({ state: 'filling', verification: { isSound: false, faults } });
    expect(await store.stats(limit())).toMatchObject({ spaces: [{ role: 'primary' }, { role: 'target' }] });
    await migrationsOf(store).prune(limit());
    expect(await moveTo(store, 'new')).toMatchObject({ embedded: 30, verification: { isSound: true } });
  });

  test('takes a model that changed behind its name for another one', async () => {
    rig = new MigrationRig([new EmbeddingsDouble()]);
    const store = await rig.open();
    await store.add(SOURCES, limit());
    const changed = new EmbeddingsDouble();
    changed.distort = (vector) => vector.toReversed();
    const later = await rig.rig.open(embeddingsFactoryDouble(changed));
    expect(await migrationsOf(later).plan({ model: 'double' }, limit())).toMatchObject({ texts: 30, done: 0 });
    const report = await moveTo(later, 'double');
    expect(report).toMatchObject({ embedded: 30, wasDone: false, to: spaceDouble() });
    expect(report.from?.spaceId).not.toBe(report.to.spaceId);
    expect(await later.stats(limit())).toMatchObject({ spaces: [{ role: 'former' }, { role: 'primary' }] });
  });

  test('moves a store that has no vectors yet', async () => {
    rig = new MigrationRig([new EmbeddingsDouble()]);
    const store = await rig.open();
    await store.add(SOURCES, limit(), { isTextOnly: true });
    const report = await moveTo(store, 'double');
    expect(report).toMatchObject({ embedded: 30 });
    expect(report.from).toBeUndefined();
    await expect(migrationsOf(store).rollback(limit())).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(await migrationsOf(store).prune(limit())).toEqual({ pruned: [], vectors: 0 });
  });
});
