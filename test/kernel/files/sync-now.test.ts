import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { makeLastingFolderNow, syncFolderNow } from '../../../src/kernel/files/sync-now.ts';

const root = mkdtempSync(join(tmpdir(), 'wooster-sync-now-'));
afterEach(() => {
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

/** The folders that are synced while one is made. */
function syncedFor(path: string): readonly string[] {
  const synced: string[] = [];
  makeLastingFolderNow(path, (folder) => {
    synced.push(folder);
    syncFolderNow(folder);
  });
  return synced;
}

describe('a folder whose name outlasts a loss of power', () => {
  test('syncs the names of each folder that was made, up to the first that was there', () => {
    const path = join(root, 'one', 'two', 'three');
    expect(syncedFor(path)).toEqual([join(root, 'one', 'two'), join(root, 'one'), root]);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test('syncs nothing where all were there', () => {
    makeLastingFolderNow(join(root, 'one'));
    expect(syncedFor(join(root, 'one'))).toEqual([]);
  });

  test('tells what the file system says of a folder that is not there', () => {
    expect(() => syncFolderNow(join(root, 'missing'))).toThrow(/ENOENT/);
  });
});
