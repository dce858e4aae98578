import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore, MigrationTarget, StoreMigrations } from '../../src/index.ts';
import { sourceOf } from '../stores/support/sources.ts';
import { ask, paths, signal, SOURCES } from './filled-store.ts';

/** A store that holds the sources of the suites, embedded with the first of two models that it can use. */
export interface MovableStore {
  readonly store: KnowledgeStore;
  readonly target: MigrationTarget;
  dispose(): Promise<void>;
}

function migrationsOf({ migrations }: KnowledgeStore): StoreMigrations {
  if (migrations === undefined) throw new Error('this store cannot move');
  return migrations;
}

function describeMoving(movable: () => MovableStore): void {
  test('plans without changing anything', async () => {
    const { store, target } = movable();
    const before = await store.stats(signal());
    const plan = await migrationsOf(store).plan(target, signal());
    expect(plan).toMatchObject({ texts: 7, done: 0, tooLong: 0, to: { name: target.model } });
    expect(await store.stats(signal())).toEqual(before);
    expect(await migrationsOf(store).status(signal())).toBeUndefined();
  });

  test('moves, and finds what it found', async () => {
    const { store, target } = movable();
    const before = await store.stats(signal());
    const report = await migrationsOf(store).run(target, { signal: signal(), questions: ['blue sky'] });
    expect(report).toMatchObject({
      embedded: 7,
      wasDone: false,
      verification: { isSound: true, faults: [], vectors: 7, sampled: 7, foundFirst: 7 },
    });
    expect(report.verification.questions).toEqual([{ text: 'blue sky', overlapAt10: 1 }]);
    const after = await store.stats(signal());
    expect({ ...after, spaces: [], bytes: 0 }).toEqual({ ...before, spaces: [], bytes: 0 });
    expect(after.spaces.map(({ role, missing }) => ({ role, missing }))).toEqual([
      { role: 'former', missing: 0 },
      { role: 'primary', missing: 0 },
    ]);
    expect(paths(await ask(store, 'the sky at noon', { mode: 'vector' }))[0]).toBe('docs/sky.md');
  });

  test('has nothing to do where it has moved already', async () => {
    const { store, target } = movable();
    await migrationsOf(store).run(target, { signal: signal() });
    expect(await migrationsOf(store).run(target, { signal: signal() })).toMatchObject({ embedded: 0, wasDone: true });
    expect(await migrationsOf(store).plan(target, signal())).toMatchObject({ texts: 7, done: 7, seconds: 0 });
  });
}

function describeReturning(movable: () => MovableStore): void {
  test('goes back and forth', async () => {
    const { store, target } = movable();
    const migrations = migrationsOf(store);
    const { from } = await migrations.run(target, { signal: signal() });
    expect(await migrations.rollback(signal())).toEqual({ to: from, missing: 0 });
    expect(await migrations.status(signal())).toMatchObject({ state: 'rolled-back', texts: 7, done: 7, oldVectors: 7 });
    await expect(migrations.rollback(signal())).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(await migrations.run(target, { signal: signal() })).toMatchObject({ embedded: 0, wasDone: false });
    expect(await migrations.status(signal())).toMatchObject({ state: 'switched' });
  });

  test('tells how many texts came after the switch when it goes back', async () => {
    const { store, target } = movable();
    await migrationsOf(store).run(target, { signal: signal() });
    await store.add([sourceOf('late.md', ['a passage that came late'])], signal());
    expect(await migrationsOf(store).rollback(signal())).toMatchObject({ missing: 1 });
  });

  test('drops the space that is not searched, and only that', async () => {
    const { store, target } = movable();
    const migrations = migrationsOf(store);
    const { from } = await migrations.run(target, { signal: signal() });
    expect(await migrations.prune(signal())).toEqual({ pruned: [from], vectors: 7 });
    expect(await migrations.status(signal())).toBeUndefined();
    const { spaces } = await store.stats(signal());
    expect(spaces).toMatchObject([{ role: 'primary', vectors: 7, missing: 0 }]);
    expect(paths(await ask(store, 'the sky at noon', { mode: 'vector' }))[0]).toBe('docs/sky.md');
    await expect(migrations.rollback(signal())).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(migrations.prune(signal())).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('refuses what has no migration to be of', async () => {
    const migrations = migrationsOf(movable().store);
    for (const refused of [migrations.pause(signal()), migrations.rollback(signal()), migrations.prune(signal())]) {
      await expect(refused).rejects.toMatchObject({ code: 'E_USAGE' });
    }
  });
}

/** The promises of every store that can move to another model. */
export function describeKnowledgeMigration(name: string, open: () => Promise<MovableStore>): void {
  describe(`the migration of ${name}`, () => {
    let movable: MovableStore;

    beforeEach(async () => {
      movable = await open();
      await movable.store.add(SOURCES, signal());
    });

    afterEach(async () => {
      await movable.dispose();
    });

    describeMoving(() => movable);
    describeReturning(() => movable);
  });
}
