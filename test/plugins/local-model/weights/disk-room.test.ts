import { spawnSync } from 'node:child_process';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { FakeHub } from '../../../fakes/hub/fake-hub.ts';
import { startEnsureOnSmallDisk } from './child-under-test.ts';
import { rejectionOf, seededBytes, storeOf, temporaryFolder } from './store-under-test.ts';

jest.setTimeout(60_000);

const fiveMegabytes = (): Promise<number> => Promise.resolve(5_000_000);

describe('a disk', () => {
  test('that is too small is refused before anything is fetched, with both figures', async () => {
    await using folder = await temporaryFolder();
    const content = seededBytes(10_000);
    const hub = await FakeHub.start(content);
    const error = await rejectionOf(
      storeOf(content, { directory: folder.path, hubBaseUrl: hub.url, freeBytes: fiveMegabytes }).ensure('tiny'),
    );
    await hub.close();
    expect(error.code).toBe('E_DISK_FULL');
    expect(error.message).toMatch(/has 5 MB free and 17 MB are needed/);
    expect(hub.requests).toEqual([]);
  });

  test('that fills up in the middle ends the download and keeps the part', async () => {
    await using folder = await temporaryFolder();
    const content = seededBytes(300_000);
    const hub = await FakeHub.start(content);
    let room = 100_000;
    const openPart = async (path: string) => {
      const handle = await open(path, 'w+');
      return {
        write: async (chunk: Uint8Array, offset: number, length: number, position: number) => {
          if (room < length) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
          room -= length;
          return handle.write(chunk, offset, length, position);
        },
        truncate: (length: number) => handle.truncate(length),
        sync: () => handle.sync(),
        close: () => handle.close(),
      };
    };
    const store = storeOf(content, { directory: folder.path, hubBaseUrl: hub.url, openPart });
    const error = await rejectionOf(store.ensure('tiny'));
    expect(error.code).toBe('E_DISK_FULL');
    const { size } = await stat(join(folder.path, 'tiny.gguf.part'));
    expect(size).toBe(100_000 - room);
    await storeOf(content, { directory: folder.path, hubBaseUrl: hub.url }).ensure('tiny');
    await hub.close();
    expect(hub.requests.at(-1)?.range).toBe(size === 0 ? undefined : `bytes=${size}-`);
  });

  const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;
  (canMount ? test : test.skip)('of one megabyte, really full, gives one line with E_DISK_FULL', async () => {
    await using folder = await temporaryFolder();
    const hub = await FakeHub.start(seededBytes(3_000_000));
    const lines = await startEnsureOnSmallDisk({ directory: folder.path, hubUrl: hub.url, bytes: 3_000_000 }).lines;
    await hub.close();
    const [failure, rest] = lines.slice(-2);
    expect(failure?.code).toBe('E_DISK_FULL');
    expect(failure?.message).toMatch(/no room left while writing .* are needed; what was fetched is kept/);
    expect(rest?.partBytes).toBeGreaterThan(900_000);
  });
});

test('a folder that cannot be made is an error of files', async () => {
  const content = seededBytes(10);
  const error = await rejectionOf(storeOf(content, { directory: '/dev/null/models' }).ensure('tiny'));
  expect([error.code, error.message]).toEqual([
    'E_FILE',
    '/dev/null/models: ENOTDIR; check the path and its permissions',
  ]);
});
