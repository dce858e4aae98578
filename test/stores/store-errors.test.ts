import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WoosterError } from '../../src/index.ts';
import { NoRouteError } from '../../src/index.ts';
import { StoreDatabase } from '../../src/stores/database/store-database.ts';
import { toStoreError } from '../../src/stores/database/store-fault.ts';
import { prepareSource, writeSource } from '../../src/stores/database/source-writer.ts';
import { listSources } from '../../src/stores/database/source-reader.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../doubles/embeddings-double.ts';
import { sourceOf } from './support/sources.ts';
import { limit, StoreRig } from './support/store-rig.ts';

const question = { text: 'apples', k: 3, mode: 'hybrid' } as const;

async function failureOf(work: Promise<unknown>): Promise<WoosterError> {
  try {
    await work;
  } catch (error) {
    return error as WoosterError;
  }
  throw new Error('it did not fail');
}

describe('a store that cannot be used as asked', () => {
  let rig: StoreRig;

  beforeEach(() => {
    rig = new StoreRig();
  });

  afterEach(async () => {
    await rig.dispose();
  });

  async function filled(texts: readonly string[] = ['apples are red', 'pears are green']): Promise<void> {
    const store = await rig.open();
    await store.add([sourceOf('a.md', texts)], limit());
    await store.close();
  }

  test('is not made by looking', async () => {
    const error = await failureOf(rig.open(new EmbeddingsDouble(), { create: false }));
    expect(error.code).toBe('E_USAGE');
    expect(readdirSync(rig.location)).toEqual([]);
  });

  test('is damaged when its file is no database, which is kept', async () => {
    writeFileSync(
      rig.database,
      'this is no database, and long enough to be read as the head of one, is it not?'.repeat(9),
    );
    const before = readFileSync(rig.database);
    const error = await failureOf(rig.open());
    expect([error.code, error.message]).toEqual(['E_STORE_CORRUPT', expect.stringContaining(rig.database)]);
    expect(error.message).toContain('wooster projects remove');
    expect(error.message).not.toMatch(/\n|\bat .*:\d+/);
    expect(readFileSync(rig.database)).toEqual(before);
  });

  test('is damaged when pages of it were overwritten, at the first statement that meets them', async () => {
    await filled(Array.from({ length: 400 }, (_, at) => `passage ${at} of the fruit market, apples and pears`));
    const bytes = readFileSync(rig.database);
    bytes.fill(0x5a, 4_096 * 2, bytes.length - 4_096);
    writeFileSync(rig.database, bytes);
    const error = await failureOf(
      (async () => {
        const store = await rig.open();
        await store.search(question, limit());
        await store.verify(limit());
      })(),
    );
    expect(error.code).toBe('E_STORE_CORRUPT');
  });

  test('is of a newer version', async () => {
    await filled();
    const database = new DatabaseSync(rig.database);
    database.exec('PRAGMA user_version = 999');
    database.close();
    const error = await failureOf(rig.open());
    expect(error.code).toBe('E_STORE_NEWER');
    expect(error.message).toContain('999');
    expect(error.message).toContain('update wooster');
  });

  test('is a database of another program', async () => {
    const database = new DatabaseSync(rig.database);
    database.exec('CREATE TABLE notes (text TEXT)');
    database.close();
    const error = await failureOf(rig.open());
    expect([error.code, error.message]).toEqual(['E_STORE_CORRUPT', expect.stringContaining('another program')]);
  });

  test('knows the space of the model with another record', async () => {
    await filled();
    const other = new EmbeddingsDouble({ ...spaceDouble(), pooling: 'cls' });
    const store = await rig.open(other);
    const error = await failureOf(store.add([sourceOf('b.md', ['plums are blue'])], limit()));
    expect(error.code).toBe('E_STORE_MISMATCH');
    expect(await store.stats(limit())).toMatchObject({ sources: 1 });
  });

  test('is given vectors of another length, and takes none of them', async () => {
    await filled();
    const lying = new EmbeddingsDouble();
    lying.embed = (texts) => Promise.resolve(texts.map(() => new Float32Array(12).fill(1)));
    const store = await rig.open(lying);
    const error = await failureOf(store.add([sourceOf('b.md', ['plums are blue'])], limit()));
    expect([error.code, error.message]).toEqual(['E_STORE_MISMATCH', expect.stringMatching(/12 long.* 64 long/)]);
    expect(await store.stats(limit())).toMatchObject({ sources: 1 });
  });

  test.each([
    ['not finite', Number.NaN],
    ['zero', 0],
  ])('is given a vector that is %s, and takes none of them', async (_name, value) => {
    const lying = new EmbeddingsDouble();
    lying.embed = (texts) => Promise.resolve(texts.map(() => new Float32Array(64).fill(value)));
    const store = await rig.open(lying);
    const error = await failureOf(store.add([sourceOf('b.md', ['plums are blue'])], limit()));
    expect(error.code).toBe('E_STORE_MISMATCH');
    expect(await store.stats(limit())).toMatchObject({ sources: 0, texts: 0 });
  });

  test('keeps what was written when the embedding fails later, and goes on from there', async () => {
    const model = new EmbeddingsDouble();
    const store = await rig.open(model);
    const sources = Array.from({ length: 40 }, (_, at) =>
      sourceOf(
        `${at}.md`,
        Array.from({ length: 20 }, (__, line) => `line ${line} of file ${at}`),
      ),
    );
    model.failure = { after: 300, error: new NoRouteError('the embedding server is down', { reasons: [] }) };
    const error = await failureOf(store.add(sources, limit()));
    expect(error.message).toBe('the embedding server is down');
    const kept = await store.stats(limit());
    expect(kept.sources).toBeGreaterThan(5);
    expect(kept.spaces[0]?.missing).toBe(0);
    const before = model.embedded.length;
    model.failure = undefined;
    await store.add(sources, limit());
    expect(model.embedded.length - before).toBe(800 - kept.chunks);
    expect(await store.stats(limit())).toMatchObject({ sources: 40, chunks: 800 });
  });

  test('has an index that was damaged, and builds it again', async () => {
    await filled();
    const store = await rig.open();
    const sound = await store.search(question, limit());
    await store.close();
    const [file] = readdirSync(join(rig.location, 'indexes'));
    const path = join(rig.location, 'indexes', file!);
    const bytes = readFileSync(path);
    bytes[bytes.length - 3] = bytes[bytes.length - 3]! ^ 1;
    writeFileSync(path, bytes);
    const again = await rig.open();
    expect(await again.search(question, limit())).toEqual(sound);
    await again.close();
    writeFileSync(path, 'x');
    const third = await rig.open();
    expect((await third.verify(limit())).rebuilt).toEqual([expect.stringContaining('index of double')]);
    expect((await third.verify(limit())).rebuilt).toEqual([]);
    expect(statSync(path).size).toBeGreaterThan(100);
  });

  test('has full text that does not fit, which verify makes anew', async () => {
    await filled();
    const database = new DatabaseSync(rig.database);
    database.exec(`INSERT INTO passages (passages) VALUES ('delete-all')`);
    database.close();
    const store = await rig.open();
    expect((await store.search({ ...question, mode: 'text' }, limit())).passages).toEqual([]);
    expect(await store.verify(limit())).toMatchObject({
      isSound: true,
      rebuilt: [expect.stringContaining('full text')],
    });
    expect((await store.search({ ...question, mode: 'text' }, limit())).passages).toHaveLength(1);
  });

  test('has vectors that somebody changed, which verify tells', async () => {
    await filled();
    const database = new DatabaseSync(rig.database);
    database.exec('UPDATE vectors SET vector = zeroblob(256) WHERE row = 1');
    database.close();
    const store = await rig.open();
    expect(await store.verify(limit())).toMatchObject({
      isSound: false,
      faults: ['1 vectors of double are not of length 1'],
    });
  });

  test('cannot be made where a file is in the way', async () => {
    const inside = new StoreRig({}, join(rig.location, 'file', 'store'));
    writeFileSync(join(rig.location, 'file'), '');
    expect((await failureOf(inside.open())).code).toBe('E_FILE');
    mkdirSync(join(rig.location, 'folder', 'store.db'), { recursive: true });
    const folder = new StoreRig({}, join(rig.location, 'folder'));
    expect((await failureOf(folder.open())).code).toBe('E_FILE');
  });
});

test('a database that may not grow is a full disk, and stays what it was before the source', () => {
  const rig = new StoreRig();
  const database = StoreDatabase.open(rig.database, true);
  try {
    writeSource(database, prepareSource(sourceOf('a.md', ['apples are red'])), undefined);
    const { page_count: pages } = database.connection.prepare('PRAGMA page_count').get() as { page_count: number };
    database.connection.exec(`PRAGMA max_page_count = ${pages}`);
    const large = sourceOf(
      'large.md',
      Array.from({ length: 500 }, (_, at) => `a long passage ${at} `.repeat(20)),
    );
    let error: unknown;
    try {
      writeSource(database, prepareSource(large), undefined);
    } catch (thrown) {
      error = thrown;
    }
    const translated = toStoreError(error, database.path);
    expect(translated.code).toBe('E_DISK_FULL');
    expect(translated.message).toContain('what was stored stays');
    expect(listSources(database).map(({ path }) => path)).toEqual(['a.md']);
    database.connection.exec('PRAGMA max_page_count = 100000');
    writeSource(database, prepareSource(large), undefined);
    expect(listSources(database)).toHaveLength(2);
  } finally {
    database.close();
    expect(existsSync(rig.database)).toBe(true);
    void rig.dispose();
  }
});

test('a factory that is never asked does not keep a store from being searched by words', async () => {
  const rig = new StoreRig();
  try {
    const store = await rig.open(embeddingsFactoryDouble(new NoRouteError('no model', { reasons: [] })));
    const findings = await store.search({ ...question, mode: 'text' }, limit());
    expect(findings).toEqual({ passages: [], notices: [] });
  } finally {
    await rig.dispose();
  }
});
