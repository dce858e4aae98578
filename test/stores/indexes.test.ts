import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { VectorIndexDriver } from '../../src/index.ts';
import { chooseIndexes } from '../../src/stores/indexes/choose-indexes.ts';
import { INDEX_DRIVERS } from '../../src/index.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';
import { sourceOf } from './support/sources.ts';
import { limit, StoreRig } from './support/store-rig.ts';

const question = { text: 'apples', k: 3, mode: 'hybrid' } as const;
const FRUIT = sourceOf('fruit.md', ['apples are red', 'pears are green']);

let looks = 0;

function driver(id: string, preferredFromRows: number, reason?: string): VectorIndexDriver {
  const module = new URL('./support/faulty-index.ts', import.meta.url).href;
  return {
    id,
    summary: id,
    module,
    preferredFromRows,
    availability: () => {
      looks += 1;
      return Promise.resolve({ isAvailable: reason === undefined, ...(reason !== undefined && { reason }) });
    },
  };
}

async function choose(index: string, drivers: readonly VectorIndexDriver[], rows = 100): Promise<unknown> {
  const settings = { knowledge: { index, maxFileBytes: 1 } } as Parameters<typeof chooseIndexes>[0]['settings'];
  const extensions = createExtensionsDouble([[INDEX_DRIVERS, drivers]]);
  const { choices, notices } = await chooseIndexes({ settings, extensions }, rows, limit());
  return [choices.map(({ id, preferredFromRows }) => [id, preferredFromRows]), notices];
}

describe('the kinds of index that are tried', () => {
  const exact = ['exact', 0];

  test('are all that can be used and are for so many rows', async () => {
    expect(await choose('auto', [driver('fast', 50), driver('gone', 50, 'not installed')])).toEqual([
      [exact, ['fast', 50]],
      [],
    ]);
  });

  test('are not asked when they are for far more rows', async () => {
    looks = 0;
    expect(await choose('auto', [driver('fast', 1_000)])).toEqual([[exact], []]);
    expect(await choose('exact', [driver('fast', 0)])).toEqual([[exact], []]);
    expect(looks).toBe(0);
  });

  test('are the one that the settings name, and the scan in case it fails', async () => {
    expect(await choose('fast', [driver('fast', 9_999), driver('other', 0)])).toEqual([[['fast', 0], exact], []]);
  });

  test('are the scan, with a notice, when the one that the settings name cannot be used', async () => {
    expect(await choose('gone', [driver('gone', 1, 'run pnpm setup')])).toEqual([
      [exact],
      [expect.stringContaining('knowledge.index is gone, which cannot be used here (run pnpm setup)')],
    ]);
    expect(await choose('nosuch', [])).toEqual([[exact], [expect.stringContaining('there is none of that name')]]);
  });
});

describe('the index of a store', () => {
  let rig = new StoreRig();

  afterEach(async () => {
    await rig.dispose();
  });

  test('is replaced by the scan when its driver fails, which is told', async () => {
    rig = new StoreRig({ index: 'faulty', drivers: [driver('faulty', 0)] });
    const store = await rig.open();
    await store.add([FRUIT], limit());
    const { passages, notices } = await store.search({ ...question, mode: 'vector' }, limit());
    expect(passages[0]?.path).toBe('fruit.md');
    expect(notices).toEqual([expect.stringContaining('the vector index failed (the native library broke)')]);
    expect((await store.search(question, limit())).notices).toEqual([]);
  });

  test('is chosen by the number of rows, and recorded', async () => {
    rig = new StoreRig({ drivers: [driver('large', 3)] });
    const store = await rig.open();
    await store.add([FRUIT], limit());
    await store.search(question, limit());
    expect((await store.stats(limit())).spaces[0]?.index).toBe('exact');
    await store.close();
    const again = await rig.open();
    await again.add([sourceOf('more.md', ['plums', 'figs', 'dates'])], limit());
    await again.search(question, limit());
    expect((await again.stats(limit())).spaces[0]?.index).toBe('exact');
    await again.close();
    const third = await rig.open();
    await third.verify(limit());
    expect((await third.stats(limit())).spaces[0]?.index).toBe('large');
  });

  test('is saved when its store is closed, and not made where nobody searched', async () => {
    rig = new StoreRig();
    const store = await rig.open();
    await store.add([FRUIT], limit());
    await store.close();
    expect(readdirSync(rig.location)).not.toContain('indexes');
    const again = await rig.open();
    await again.search(question, limit());
    await again.close();
    expect(readdirSync(join(rig.location, 'indexes'))).toEqual([expect.stringMatching(/^[0-9a-f-]{36}\.exact$/)]);
  });

  test('is removed when it cannot be written without what was removed', async () => {
    rig = new StoreRig();
    const store = await rig.open();
    await store.add([FRUIT, sourceOf('sky.md', ['blue'])], limit());
    await store.search(question, limit());
    await store.close();
    const folder = join(rig.location, 'indexes');
    const [file] = readdirSync(folder);
    rmSync(join(folder, file!));
    mkdirSync(join(folder, file!, 'in the way'), { recursive: true });
    const again = await rig.open();
    expect(await again.remove(['sky.md'], limit())).toEqual({ removed: 1 });
    expect(readdirSync(folder)).toEqual([]);
    expect((await again.search(question, limit())).passages.map(({ path }) => path)).toEqual(['fruit.md', 'fruit.md']);
  });

  test('is built anew when what was removed since is forgotten', async () => {
    rig = new StoreRig();
    const store = await rig.open();
    await store.add([FRUIT, sourceOf('sky.md', ['blue'])], limit());
    await store.search(question, limit());
    await store.close();
    const database = new DatabaseSync(rig.database);
    database.exec(`INSERT INTO removals WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
      SELECT i, 1, 1 FROM n`);
    database.close();
    const again = await rig.open();
    await again.remove(['sky.md'], limit());
    const { passages } = await again.search({ ...question, text: 'blue', mode: 'vector' }, limit());
    expect(passages.map(({ path }) => path)).toEqual(['fruit.md', 'fruit.md']);
    const after = new DatabaseSync(rig.database, { readOnly: true });
    expect(after.prepare('SELECT count(*) AS n FROM removals').get()).toEqual(expect.objectContaining({ n: 0 }));
    after.close();
  });
});

test('a worker that dies ends every call with an error, and the program goes on', async () => {
  const rig = new StoreRig({ workerFile: new URL('./support/dying-worker.ts', import.meta.url) });
  try {
    await expect(rig.open()).rejects.toMatchObject({ code: 'E_INTERNAL', message: expect.stringContaining('ended') });
  } finally {
    await rig.dispose();
  }
});
