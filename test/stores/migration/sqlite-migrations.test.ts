import { afterEach, describe, expect, test } from '@jest/globals';
import { describeKnowledgeMigration } from '../../contracts/knowledge-migration.ts';
import { SOURCES } from '../../contracts/filled-store.ts';
import { EmbeddingsDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { limit } from '../support/store-rig.ts';
import { MigrationRig, migrationsOf, moveTo } from './migration-rig.ts';

function makeRig(from: number, to: number): MigrationRig {
  const spaces = [spaceDouble('old', from), spaceDouble('new', to)];
  return new MigrationRig(spaces.map((space) => new EmbeddingsDouble(space)));
}

describeKnowledgeMigration('the SQLite store', async () => {
  const rig = makeRig(384, 768);
  return { store: await rig.open(), target: { model: 'new' }, dispose: () => rig.dispose() };
});

describe('the SQLite store moves and goes back', () => {
  let rig: MigrationRig;
  afterEach(() => rig.dispose());

  test.each([
    [1536, 1024],
    [1536, 768],
    [384, 384],
  ])('from %i to %i dimensions of another model', async (from, to) => {
    rig = makeRig(from, to);
    const store = await rig.open();
    await store.add(SOURCES, limit());
    const before = rig.searched();
    const report = await moveTo(store, 'new');
    expect(report).toMatchObject({ embedded: 7, from: { dimensions: from }, to: { dimensions: to } });
    const sizes = rig.rows('SELECT DISTINCT space, length(vector) / 4 AS size FROM vectors ORDER BY space');
    expect(sizes.map(({ size }) => size)).toEqual([from, to]);
    expect(await migrationsOf(store).rollback(limit())).toMatchObject({ missing: 0 });
    expect(rig.searched()).toEqual(before);
  });
});
