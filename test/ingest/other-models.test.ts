import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../doubles/embeddings-double.ts';
import { limit, StoreRig } from '../stores/support/store-rig.ts';
import { FolderRig } from './folder-rig.ts';

let rig: FolderRig;
let stores: StoreRig;

beforeEach(async () => {
  rig = await FolderRig.create();
  stores = new StoreRig();
  await rig.write({ 'one.md': '# One\n\nWords of the first note.', 'two.md': '# Two\n\nWords of the second note.' });
});

afterEach(async () => {
  await stores.dispose();
  await rig.dispose();
});

describe('an ingest', () => {
  test('leaves files as they are cut while a stand-in embeds, and embeds only what is new', async () => {
    const own = new EmbeddingsDouble();
    const before = await rig.ingest({ store: await stores.open(own) });
    const standIn = new EmbeddingsDouble(spaceDouble('cloud', 32), 'cloud');
    standIn.isStandIn = true;
    await rig.write({ 'three.md': '# Three\n\nWords of a third note.' });
    const store = await stores.open(embeddingsFactoryDouble(standIn));
    const during = await rig.ingest({ store, ingestedAt: before.startedAt + 60_000 });
    expect(during).toMatchObject({ added: 1, changed: 0, unchanged: 2, embedded: 1 });
    expect((await store.sources(limit())).map(({ splitting }) => splitting.tokenizer)).toEqual([
      'double',
      'double',
      'double',
    ]);
    const after = await rig.ingest({ store: await stores.open(own), ingestedAt: during.startedAt + 60_000 });
    expect(after).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
  });

  test('finds nothing changed after the store has moved to another model', async () => {
    const own = new EmbeddingsDouble();
    const other = new EmbeddingsDouble(spaceDouble('other', 32));
    const before = await rig.ingest({ store: await stores.open(own) });
    const store = await stores.open(embeddingsFactoryDouble(own, [other]));
    await store.migrations!.run({ model: 'other' }, { signal: limit() });
    const embedded = other.embedded.length;
    const after = await rig.ingest({ store, ingestedAt: before.startedAt + 60_000 });
    expect(after).toMatchObject({ added: 0, changed: 0, unchanged: 2, embedded: 0 });
    expect(other.embedded).toHaveLength(embedded);
  });
});
