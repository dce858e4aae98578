import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/index.ts';
import { rowsOf, startStoreChild } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { runJob } from '../support/store-job.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import { readBackup } from '../../../src/stores/backup/read-backup.ts';
import { writeBackup } from '../../../src/stores/backup/write-backup.ts';
import { backUp, bringBack, requestOf } from './backup-rig.ts';

async function reopened(location: string): Promise<KnowledgeStore> {
  return new StoreRig({}, location).open(undefined, { create: false });
}

describe('a backup of a store', () => {
  let rig: StoreRig;
  let store: KnowledgeStore;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    rig = new StoreRig();
    store = await rig.open();
    await store.add([sourceOf('a.md', ['apples are red', 'pears are green']), sourceOf('b.md', ['plums'])], limit());
    folder = mkdtempSync(join(tmpdir(), 'wooster-backup-'));
    file = join(folder, 'rig.wooster-store');
  });

  afterEach(async () => {
    await rig.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is one file with figures, a checksum and a note, and comes back as the same store', async () => {
    const note = { record: { folder: '/documents', include: ['*.md'], exclude: [] } };
    const report = await backUp(rig.location, file, { note });
    expect(report).toMatchObject({ file, sources: 2, chunks: 3, vectors: 3, bytes: statSync(file).size });
    expect(report.sha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
    expect(readdirSync(folder)).toEqual(['rig.wooster-store']);
    const location = join(folder, 'restored');
    expect(await bringBack(file, requestOf(location, 'other'))).toEqual({ sources: 2, chunks: 3, vectors: 3, note });
    expect(rowsOf(location)).toBe(rowsOf(rig.location));
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(report.sha256);
    const back = await reopened(location);
    expect(await back.verify(limit())).toMatchObject({ isSound: true });
    const found = await back.search({ text: 'pears are green', k: 1, mode: 'hybrid' }, limit());
    expect(found.passages[0]).toMatchObject({ path: 'a.md', chunk: { ordinal: 1 } });
    await back.close();
    const meta = new DatabaseSync(join(location, 'store.db')).prepare('SELECT key, value FROM meta').all();
    expect(meta.map(({ key }) => key)).not.toContain('backup_note');
    expect(meta).toContainEqual(expect.objectContaining({ key: 'name', value: 'other' }));
  });

  test('is never written over a file, nor restored over a store', async () => {
    writeFileSync(file, 'mine');
    await expect(backUp(rig.location, file)).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const other = join(folder, 'other.wooster-store');
    await backUp(rig.location, other);
    const before = rowsOf(rig.location);
    await expect(bringBack(other, requestOf(rig.location))).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(rowsOf(rig.location)).toBe(before);
  });

  test('that was made while another process wrote is of one moment, and sound', async () => {
    const child = startStoreChild({ location: rig.location, job: { files: 40, passages: 3 } });
    await child.said('open');
    const files = [0, 1].map((number) => join(folder, `${number}.wooster-store`));
    for (const each of files) await writeBackup(rig.database, { file: each }, limit());
    expect((await child.ended).code).toBe(0);
    for (const [number, each] of files.entries()) {
      const location = join(folder, `restored-${number}`);
      await readBackup(each, requestOf(location), limit());
      const back = await reopened(location);
      expect(await back.verify(limit())).toMatchObject({ isSound: true, faults: [] });
      await runJob(back, { files: 40, passages: 3 });
      await back.close();
      expect(rowsOf(location)).toBe(rowsOf(rig.location));
    }
  }, 60_000);

  test('leaves nothing where it is cancelled, or its folder is not there', async () => {
    const signal = AbortSignal.abort();
    await expect(backUp(rig.location, file, { signal })).rejects.toMatchObject({ code: 'E_CANCELLED' });
    const lost = join(folder, 'no', 'x.wooster-store');
    await expect(writeBackup(rig.database, { file: lost }, limit())).rejects.toMatchObject({ code: 'E_FILE' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('sweeps what a process that died left of it, and not what one that lives writes', async () => {
    const dead = join(folder, '.rig.wooster-store.4194303-aa.part');
    const living = join(folder, `.rig.wooster-store.${process.pid}-bb.part`);
    const foreign = join(folder, '.rig.wooster-store.notes.part');
    for (const path of [dead, `${dead}-journal`, living, foreign]) writeFileSync(path, 'x');
    await writeBackup(rig.database, { file }, limit());
    expect([dead, `${dead}-journal`, living, foreign].map((path) => existsSync(path))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('is restored without what a store that is gone left in the folder', async () => {
    await writeBackup(rig.database, { file }, limit());
    const location = join(folder, 'restored');
    mkdirSync(join(location, 'indexes'), { recursive: true });
    writeFileSync(join(location, 'store.db-wal'), 'an old log');
    writeFileSync(join(location, 'indexes', 'old.exact'), 'an old index');
    await readBackup(file, requestOf(location), limit());
    expect(readdirSync(location)).toEqual(['store.db']);
    expect(rowsOf(location)).toBe(rowsOf(rig.location));
  });
});
