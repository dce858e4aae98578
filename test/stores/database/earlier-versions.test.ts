import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readStoreVersion, STORE_VERSION } from '../../../src/stores/database/store-schema.ts';
import { rowsOf } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import { rowsOfFirst, writeEarlier } from './earlier-store.ts';

const SOURCES = [
  sourceOf('a.md', ['apples are written about', 'pears are green'], { headings: ['Fruit'] }),
  sourceOf('b/c.md', ['plums', 'apples are written about']),
];

function versionOf(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return readStoreVersion(database);
  } finally {
    database.close();
  }
}

describe('a store of an earlier version', () => {
  let root: string;
  let today: StoreRig;
  let whole: string;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'wooster-earlier-'));
    today = new StoreRig();
    const store = await today.open();
    await store.add([...SOURCES, sourceOf('gone.md', ['cherries'])], limit());
    await store.remove(['gone.md'], limit());
    await store.close();
    whole = rowsOf(today.location);
  });

  afterAll(async () => {
    await today.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  const earlier = (name: string, version: number): string => {
    const location = join(root, name);
    mkdirSync(location, { recursive: true });
    writeEarlier(today.database, join(location, 'store.db'), version);
    return location;
  };

  test.each(Array.from({ length: STORE_VERSION - 1 }, (_, at) => at + 1))(
    'opens from version %i with every row, is sound, searched and added to',
    async (version) => {
      const location = earlier(`version-${version}`, version);
      const file = join(location, 'store.db');
      const before = rowsOfFirst(file);
      expect(versionOf(file)).toBe(version);
      const rig = new StoreRig({}, location);
      const store = await rig.open();
      expect(versionOf(file)).toBe(STORE_VERSION);
      expect(rowsOfFirst(file)).toEqual(before);
      expect(rowsOf(location)).toBe(whole);
      expect(await store.verify(limit())).toMatchObject({
        isSound: true,
        faults: [],
        rebuilt: [],
        checked: { sources: 2, chunks: 4, vectors: 4 },
      });
      const words = await store.search({ text: 'green pear', k: 1, mode: 'text' }, limit());
      expect(words.passages[0]).toMatchObject({ path: 'a.md', chunk: { ordinal: 1, headings: ['Fruit'] } });
      const near = await store.search({ text: 'pears are green', k: 1, mode: 'vector' }, limit());
      expect(near.passages[0]).toMatchObject({ path: 'a.md', chunk: { ordinal: 1 } });
      expect(await store.add(SOURCES, limit())).toMatchObject({ embedded: 0 });
      expect(rowsOf(location)).toBe(whole);
      await rig.dispose();
    },
  );

  test('stays valid when the process is killed before any statement of the change', () => {
    const child = join(import.meta.dirname, 'migrating-child.ts');
    const file = join(earlier('killed', 1), 'store.db');
    const migrate = (killAt: number): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', child, file, String(killAt)]);
    const statements = Number(migrate(0).stdout);
    // It begins, does each step, says the version and commits.
    expect(statements).toBe(STORE_VERSION - 1 + 3);
    for (let killAt = 2; killAt <= statements; killAt += 1) {
      writeEarlier(today.database, file, 1);
      const before = rowsOfFirst(file);
      expect([killAt, migrate(killAt).signal]).toEqual([killAt, 'SIGKILL']);
      expect([killAt, versionOf(file)]).toEqual([killAt, 1]);
      expect(rowsOfFirst(file)).toEqual(before);
      const database = new DatabaseSync(file);
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      database.close();
    }
    expect(migrate(0).status).toBe(0);
    expect(versionOf(file)).toBe(STORE_VERSION);
  });

  test('is not what a newer one is: that is refused and left as it is', async () => {
    const location = earlier('newer', STORE_VERSION);
    const file = join(location, 'store.db');
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA journal_mode = DELETE; PRAGMA user_version = ${STORE_VERSION + 1}`);
    database.close();
    const before = readFileSync(file);
    const rig = new StoreRig({}, location);
    await expect(rig.open()).rejects.toMatchObject({
      code: 'E_STORE_NEWER',
      message: expect.stringContaining('update wooster'),
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    await rig.dispose();
  });
});
