import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { realFolder } from '../../../plugins/projects/actions/real-folder.ts';
import { flatHeader } from '../../../src/stores/indexes/faiss/flat-file.ts';
import { readLangChain } from '../../../src/stores/langchain/folder/read-langchain.ts';
import { limit } from '../../stores/support/store-rig.ts';
import { digestOf, layFixture, makeStoredRig, type StoredRig } from './stored-rig.ts';

/** Puts vectors of the model of the rig in the place of those of a folder. */
async function giveVectors(folder: string, { model }: StoredRig): Promise<void> {
  const read = await readLangChain(folder, limit());
  await read.close();
  const vectors = await model.embedDocuments(read.documents.map(({ pageContent }) => pageContent));
  const header = flatHeader({ metric: 'l2', dimensions: model.space.dimensions, count: vectors.length });
  const bytes = Buffer.from(Float32Array.from(vectors.flat()).buffer);
  await writeFile(join(folder, 'index.faiss'), Buffer.concat([header, bytes]));
}

describe('a folder of LangChain for Python', () => {
  test('in the place of a store is searched, and then superseded under the same name', async () => {
    await using rig = await makeStoredRig();
    const place = rig.knowledge.locate('projects', 'old');
    await layFixture('flat', place);
    await giveVectors(place, rig);
    const before = await digestOf(place);
    const legacy = await rig.ports.stores.make('old', limit());
    const found = await legacy.search({ text: 'an orchid in winter', k: 1, mode: 'vector' }, limit());
    expect(found.passages[0]).toMatchObject({ path: 'garden/orchid.md' });
    expect(found.notices[0]).toContain(`wooster projects import old --from ${place}`);
    const { result, text } = await rig.run({ operation: 'import', name: 'old', from: place });
    expect(result).toMatchObject({ documents: 3, vectors: 3, toEmbed: 0, certainty: 'checked', faults: [] });
    expect(text).toContain('project old: 3 documents taken in, 3 with their vectors');
    expect(await digestOf(place)).toEqual(before);
    const store = await rig.ports.stores.of('old', limit());
    expect(store.isReadOnly).toBe(false);
    expect(await store.verify(limit())).toMatchObject({
      isSound: true,
      checked: { sources: 3, chunks: 3, vectors: 3 },
    });
    expect(await rig.ports.records.find('old')).toMatchObject({ folder: place, ingestedAt: expect.any(Number) });
    await expect(rig.run({ operation: 'import', name: 'old', from: place })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('whose import fails is opened as before, with nothing left beside it', async () => {
    await using rig = await makeStoredRig();
    const place = rig.knowledge.locate('projects', 'old');
    await layFixture('hnsw', place);
    const before = await digestOf(place);
    const fill = rig.knowledge.supersede(
      { purpose: 'projects', name: 'old' },
      async (store) => {
        await store.add([], limit());
        throw new Error('the power is gone');
      },
      limit(),
    );
    await expect(fill).rejects.toThrow('the power is gone');
    expect(await digestOf(place)).toEqual(before);
    expect((await rig.ports.stores.make('old', limit())).isReadOnly).toBe(true);
    const { result } = await rig.run({ operation: 'import', name: 'old', from: place });
    expect(result).toMatchObject({ documents: 3, vectors: 0, toEmbed: 3 });
    expect((await readdir(place)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('whose import was killed is taken in by the next one, and by that alone', async () => {
    await using rig = await makeStoredRig();
    const { ports } = rig;
    const folder = join(rig.root, 'from');
    await layFixture('flat', folder);
    await giveVectors(folder, rig);
    await rig.run({ operation: 'import', name: 'whole', from: folder });
    // What a kill leaves after the first documents.
    await ports.records.save({
      name: 'half',
      folder: await realFolder(folder),
      include: [],
      exclude: [],
      createdAt: 1,
    });
    const whole = await ports.stores.of('whole', limit());
    const [first] = await whole.sources(limit());
    await (await ports.stores.make('half', limit())).add([(await whole.read(first!.path, limit()))!], limit());
    const other = join(rig.root, 'other');
    await layFixture('flat', other);
    const refused = rig.run({ operation: 'import', name: 'half', from: other });
    await expect(refused).rejects.toMatchObject({ code: 'E_USAGE' });
    const { result } = await rig.run({ operation: 'import', name: 'half', from: folder });
    expect(result).toMatchObject({ documents: 3, vectors: 3, toEmbed: 0 });
    const half = await ports.stores.of('half', limit());
    expect(await half.sources(limit())).toEqual(await whole.sources(limit()));
    expect(await half.verify(limit())).toMatchObject({ isSound: true, checked: { chunks: 3, vectors: 3 } });
    expect(await ports.records.find('half')).toMatchObject({ createdAt: 1, ingestedAt: expect.any(Number) });
    await expect(rig.run({ operation: 'import', name: 'half', from: folder })).rejects.toMatchObject({
      code: 'E_USAGE',
    });
  });

  test('from elsewhere becomes a new project, whatever the name of its files, and rows that do not agree are told', async () => {
    await using rig = await makeStoredRig();
    const folder = join(rig.root, 'from');
    await layFixture('flat', folder);
    await giveVectors(folder, rig);
    const named = join(rig.root, 'named');
    await mkdir(named);
    await copyFile(join(folder, 'index.pkl'), join(named, 'mine.pkl'));
    const { dimensions } = rig.model.space;
    const header = flatHeader({ metric: 'l2', dimensions, count: 2 });
    const one = (await rig.model.embedDocuments(['the copper kettle sings']))[0]!;
    const bytes = Buffer.from(Float32Array.from([...one, ...one]).buffer);
    await writeFile(join(named, 'mine.faiss'), Buffer.concat([header, bytes]));
    const before = await digestOf(named);
    const { result } = await rig.run({ operation: 'import', name: 'new', from: named });
    expect(result).toMatchObject({
      documents: 3,
      faults: expect.arrayContaining([expect.stringContaining('1 document has no vector: to be embedded anew')]),
    });
    expect(await digestOf(named)).toEqual(before);
    const whole = await rig.run({ operation: 'import', name: 'whole', from: folder });
    expect(whole.result).toMatchObject({ documents: 3, vectors: 3, toEmbed: 0 });
  });
});
