import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { rowsOf } from '../../stores/support/kill-harness.ts';
import { sourceOf } from '../../stores/support/sources.ts';
import { limit } from '../../stores/support/store-rig.ts';
import { layFixture, makeStoredRig, type StoredRig } from './stored-rig.ts';

const RECORD = { name: 'notes', folder: '/documents/notes', include: ['*.md'], exclude: ['old/'], createdAt: 7 };

async function makeProject({ ports }: StoredRig): Promise<void> {
  const store = await ports.stores.make('notes', limit());
  await store.add([sourceOf('a.md', ['apples are red', 'pears are green'])], limit());
  await ports.records.save({ ...RECORD, ingestedAt: 8 });
}

describe('projects backup and restore', () => {
  test('bring a project back that was removed, with its record', async () => {
    await using rig = await makeStoredRig();
    await makeProject(rig);
    const file = join(rig.root, 'notes.wooster-store');
    const { result, text } = await rig.run({ operation: 'backup', name: 'notes', to: file });
    expect(result).toMatchObject({ name: 'notes', file, sources: 1, chunks: 2, vectors: 2 });
    expect(text).toMatch(/notes\.wooster-store: 1 sources, 2 passages, 2 vectors, [\d.]+ KiB\nsha256 [0-9a-f]{64}/);
    const rows = rowsOf(rig.knowledge.locate('projects', 'notes'));
    await expect(rig.run({ operation: 'restore', name: 'notes', from: file })).rejects.toMatchObject({
      code: 'E_USAGE',
    });
    await rig.run({ operation: 'remove', name: 'notes', yes: true });
    expect(await rig.ports.records.find('notes')).toBeUndefined();
    const back = await rig.run({ operation: 'restore', name: 'notes', from: file });
    expect(back.text).toContain('notes is back: 1 sources, 2 passages, 2 vectors');
    expect(back.text).toContain('wooster ingest /documents/notes --project notes');
    expect(await rig.ports.records.find('notes')).toEqual({ ...RECORD, ingestedAt: 8 });
    expect(rowsOf(rig.knowledge.locate('projects', 'notes'))).toBe(rows);
    const other = await rig.run({ operation: 'restore', name: 'copy', from: file });
    expect(other.result).toMatchObject({ name: 'copy', folder: '/documents/notes' });
    const store = await rig.ports.stores.of('copy', limit());
    expect((await store.search({ text: 'green pears', k: 1, mode: 'hybrid' }, limit())).passages).toHaveLength(1);
  });

  test('name the file after the project and the day, and never write over one', async () => {
    await using rig = await makeStoredRig();
    await makeProject(rig);
    const before = process.cwd();
    process.chdir(rig.root);
    try {
      await rig.run({ operation: 'backup', name: 'notes' });
      expect(existsSync(join(rig.root, 'notes-2026-02-05.wooster-store'))).toBe(true);
      await expect(rig.run({ operation: 'backup', name: 'notes' })).rejects.toMatchObject({
        code: 'E_USAGE',
        message: expect.stringContaining('is there already'),
      });
    } finally {
      process.chdir(before);
    }
  });

  test('copy the profile, which never becomes a project', async () => {
    await using rig = await makeStoredRig();
    const store = await rig.knowledge.open('userProfile', 'default', limit(), { create: true });
    await store.add([sourceOf('facts/1', ['I prefer metric units'])], limit());
    await store.close();
    const file = join(rig.root, 'me.wooster-store');
    await rig.run({ operation: 'backup', userProfile: true, to: file });
    await expect(rig.run({ operation: 'restore', name: 'me', from: file })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('a backup of the user profile, not of a project'),
    });
    expect(await rig.knowledge.list('projects')).toEqual([]);
    await expect(rig.run({ operation: 'restore', userProfile: true, from: file })).rejects.toMatchObject({
      code: 'E_USAGE',
    });
  });

  test('ask for what is missing, and for a store that can be copied', async () => {
    await using rig = await makeStoredRig();
    await mkdir(join(rig.root, 'projects', 'old'), { recursive: true });
    await layFixture('flat', rig.knowledge.locate('projects', 'old'));
    for (const args of [
      { operation: 'backup' },
      { operation: 'backup', name: 'none' },
      { operation: 'backup', name: 'x', userProfile: true },
      { operation: 'backup', name: 'old' },
      { operation: 'restore', name: 'x' },
      { operation: 'restore', name: 'x', from: join(rig.root, 'none') },
    ]) {
      await expect(rig.run(args)).rejects.toMatchObject({ code: 'E_USAGE' });
    }
  });
});
