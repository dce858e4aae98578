import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rowsOf } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

const root = mkdtempSync(join(tmpdir(), 'wooster-other-'));

/** What a process leaves that dies after it has added a file to a store. */
async function leftOf(name: string): Promise<string> {
  const rig = new StoreRig();
  try {
    await (await rig.open()).close();
    const store = await rig.open();
    await store.add([sourceOf(`${name}.md`, [`${name} are red`, `${name} are green`])], limit());
    cpSync(rig.location, join(root, name), { recursive: true });
  } finally {
    await rig.dispose();
  }
  return join(root, name);
}

/** A database of another program that dies with all of it in its log. */
function leftOfAnother(): string {
  const path = join(root, 'another.db');
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA journal_mode = WAL; CREATE TABLE song (title TEXT); INSERT INTO song VALUES (hex(randomblob(20000)))',
  );
  cpSync(`${path}-wal`, join(root, 'another-wal'));
  database.close();
  return join(root, 'another-wal');
}

const logs = new Map<string, string>();
let own: string;

beforeAll(async () => {
  own = await leftOf('apples');
  logs.set('another store', join(await leftOf('pears'), 'store.db-wal'));
  logs.set('another program', leftOfAnother());
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe.each([
  ['another store', true],
  ['another store', false],
  ['another program', false],
])('a store with the log of %s beside it (and its own -shm: %p)', (whose, hasIndex) => {
  test('is told, left as it is, and repaired to what its file holds', async () => {
    const location = join(root, `${whose.replaceAll(' ', '-')}-${hasIndex}`);
    cpSync(own, location, { recursive: true });
    cpSync(logs.get(whose)!, join(location, 'store.db-wal'));
    if (!hasIndex) rmSync(join(location, 'store.db-shm'));
    const before = readFileSync(join(location, 'store.db'));
    const rig = new StoreRig({}, location);
    await expect(rig.open()).rejects.toMatchObject({
      code: 'E_STORE_CORRUPT',
      message: expect.stringMatching(/the log of writes beside it is that of another database.*projects repair/),
    });
    expect(readFileSync(join(location, 'store.db')).equals(before)).toBe(true);
    expect(readFileSync(join(location, 'store.db-wal')).equals(readFileSync(logs.get(whose)!))).toBe(true);
    const report = await rig.repair();
    expect(report).toMatchObject({ found: [expect.stringContaining('that of another database')] });
    expect(readFileSync(`${report.keptAt}-wal`).equals(readFileSync(logs.get(whose)!))).toBe(true);
    const store = await rig.open();
    expect(await store.verify(limit(), { isDeep: true })).toMatchObject({ isSound: true, checked: { sources: 0 } });
    await store.add([sourceOf('apples.md', ['apples are red', 'apples are green'])], limit());
    await rig.dispose();
    expect(rowsOf(location)).toBe(rowsOf(own));
  });
});
