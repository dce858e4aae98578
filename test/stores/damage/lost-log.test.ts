import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isWoosterError, type VerifyReport } from '../../../src/index.ts';
import { rowsOf, runUntilKilled } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { runJob } from '../support/store-job.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

const JOB = { files: 8, passages: 3 };
const PAGE_BYTES = 4_096;

/** Writes of the job before it is killed: some files are added, and the log is not emptied yet. */
const STATEMENT = 60;

const root = mkdtempSync(join(tmpdir(), 'wooster-log-'));
/** What a process left that was killed, and the rows of before it began and of when it was killed. */
const left = join(root, 'left');
const rows = { before: '', after: '' };

function copyOf(name: string): string {
  const location = join(root, name);
  cpSync(left, location, { recursive: true });
  return location;
}

async function deepLook(location: string): Promise<VerifyReport> {
  const rig = new StoreRig({}, location);
  try {
    const store = await rig.open(undefined, { create: false });
    return await store.verify(limit(), { isDeep: true });
  } finally {
    await rig.dispose();
  }
}

async function rowsOfJob(location: string): Promise<string> {
  const rig = new StoreRig({}, location);
  await runJob(await rig.open(), JOB);
  await rig.dispose();
  return rowsOf(location);
}

beforeAll(async () => {
  const rig = new StoreRig({}, left);
  const store = await rig.open();
  await store.add([sourceOf('a.md', ['apples are red', 'pears are green'])], limit());
  await rig.dispose();
  rows.before = rowsOf(left);
  expect(await runUntilKilled(left, JOB, { statement: STATEMENT })).toBe(true);
  expect(statSync(join(left, 'store.db-wal')).size).toBeGreaterThan(0);
  rows.after = rowsOf(copyOf('whole'));
  expect(rows.after).not.toBe(rows.before);
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('what a process left that was killed', () => {
  test.each([
    ['as it is', []],
    ['without its -shm', ['store.db-shm']],
  ])('is whole %s', async (name, gone) => {
    const location = copyOf(name);
    for (const each of gone) rmSync(join(location, each));
    expect(await deepLook(location)).toMatchObject({ isSound: true, faults: [] });
    expect(rowsOf(location)).toBe(rows.after);
  });

  test.each([
    ['its -wal', ['store.db-wal']],
    ['its -wal and its -shm', ['store.db-wal', 'store.db-shm']],
  ])('is what it was before without %s', async (name, gone) => {
    const location = copyOf(`without ${name}`);
    for (const each of gone) rmSync(join(location, each));
    expect(await deepLook(location)).toMatchObject({
      isSound: true,
      faults: [],
      checked: { sources: 1, chunks: 2, vectors: 2 },
    });
    expect(rowsOf(location)).toBe(rows.before);
  });

  test('is filled again without its -wal', async () => {
    const location = copyOf('filled again');
    rmSync(join(location, 'store.db-wal'));
    expect(await rowsOfJob(location)).toBe(await rowsOfJob(copyOf('gone on with')));
  });

  test('in the middle of emptying its -wal is told or true without it, however far it was', async () => {
    const former = readFileSync(join(left, 'store.db'));
    const emptied = copyOf('emptied');
    new DatabaseSync(join(emptied, 'store.db')).exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const next = readFileSync(join(emptied, 'store.db'));
    const pages = next.length / PAGE_BYTES;
    const seen = new Set<string>();
    for (const written of [1, Math.floor(pages / 2), pages - 1]) {
      const location = copyOf(`emptied up to ${written}`);
      for (const end of ['-wal', '-shm']) rmSync(join(location, `store.db${end}`));
      // The pages are written in the order of their numbers; what lies beyond the former end is not there yet.
      const end = written * PAGE_BYTES;
      writeFileSync(join(location, 'store.db'), Buffer.concat([next.subarray(0, end), former.subarray(end)]));
      const outcome = await deepLook(location).catch((error: unknown) => {
        expect(isWoosterError(error) && error.code).toBe('E_STORE_CORRUPT');
        expect((error as Error).message).not.toMatch(/\n/);
        return undefined;
      });
      seen.add(outcome?.isSound === true ? 'sound' : 'told');
      if (outcome?.isSound === true) expect([rows.before, rows.after]).toContain(rowsOf(location));
    }
    expect(seen).toContain('told');
  });
});

test('an index that knows writes which were lost is made anew, also when as many others came since', async () => {
  const rig = new StoreRig();
  const location = join(root, 'without the last writes');
  try {
    const store = await rig.open();
    await store.add([sourceOf('a.md', ['apples'])], limit());
    await store.close();
    const [reader, writer] = [await rig.open(), await rig.open()];
    await writer.add([sourceOf('b.md', ['plums', 'cherries'])], limit());
    await writer.search({ text: 'plums', k: 1, mode: 'vector' }, limit());
    // The index is written and synced; the log of writes is not emptied while another process reads.
    await writer.close();
    cpSync(rig.location, location, { recursive: true });
    await reader.close();
  } finally {
    await rig.dispose();
  }
  rmSync(join(location, 'store.db-wal'));
  const after = new StoreRig({}, location);
  try {
    const store = await after.open();
    await store.add([sourceOf('c.md', ['quinces', 'medlars'])], limit());
    for (const text of ['quinces', 'medlars', 'apples']) {
      const { passages } = await store.search({ text, k: 1, mode: 'vector' }, limit());
      expect(passages).toMatchObject([{ chunk: { text } }]);
    }
    expect(await store.verify(limit(), { isDeep: true })).toMatchObject({ isSound: true, rebuilt: [] });
  } finally {
    await after.dispose();
  }
});
