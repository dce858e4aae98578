import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sourceOf } from './support/sources.ts';
import { limit, StoreRig } from './support/store-rig.ts';

let rig: StoreRig;

beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => rig.dispose());

function indexFiles(): readonly string[] {
  const folder = join(rig.location, 'indexes');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** A store as a process leaves it that dies after removing a source and before its index file is written anew. */
async function leaveHalfRemoved(): Promise<void> {
  const store = await rig.open();
  await store.add([sourceOf('kept.md', ['a lamp on a table']), sourceOf('gone.md', ['a key in a drawer'])], limit());
  await store.search({ text: 'key', k: 1, mode: 'vector' }, limit());
  await store.close();
  const saved = join(rig.location, 'indexes');
  const older = join(rig.location, 'older');
  cpSync(saved, older, { recursive: true });
  const again = await rig.open();
  await again.remove(['gone.md'], limit());
  await again.close();
  cpSync(older, saved, { recursive: true });
  const database = new DatabaseSync(rig.database);
  database.exec("INSERT INTO meta VALUES ('removing', '1')");
  database.close();
}

describe('a store whose process died while it removed something', () => {
  test('has no index file of before once it was opened, and finds what was kept', async () => {
    await leaveHalfRemoved();
    expect(indexFiles()).toHaveLength(1);
    const store = await rig.open();
    expect(indexFiles()).toEqual([]);
    const { passages } = await store.search({ text: 'key', k: 5, mode: 'vector' }, limit());
    expect(passages.map(({ path }) => path)).toEqual(['kept.md']);
    await store.close();
    // It is told once: the next process keeps the index that was made anew.
    await (await rig.open()).close();
    expect(indexFiles()).toHaveLength(1);
  });

  test('is left alone while another process writes to it', async () => {
    await leaveHalfRemoved();
    const writer = new DatabaseSync(join(rig.location, 'writer.db'));
    writer.exec('BEGIN IMMEDIATE');
    await (await rig.open()).close();
    expect(indexFiles()).toHaveLength(1);
    writer.exec('ROLLBACK');
    writer.close();
  });

  test('says nothing of a removal any more once that is done', async () => {
    const store = await rig.open();
    await store.add([sourceOf('one.md', ['a lamp']), sourceOf('two.md', ['a key'])], limit());
    await store.search({ text: 'key', k: 1, mode: 'vector' }, limit());
    const database = new DatabaseSync(rig.database);
    await store.remove(['no such file'], limit());
    expect(database.prepare("SELECT count(*) AS n FROM meta WHERE key = 'removing'").get()).toEqual({ n: 0 });
    await store.remove(['one.md'], limit());
    expect(database.prepare("SELECT count(*) AS n FROM meta WHERE key = 'removing'").get()).toEqual({ n: 0 });
    database.close();
  });
});
