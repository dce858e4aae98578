import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { withFileLock } from '../../../../plugins/local-model/weights/file-lock.ts';
import { rejectionOf, temporaryFolder } from './store-under-test.ts';

const never = new AbortController().signal;
const nothing = (): Promise<void> => Promise.resolve();
const failing = (): Promise<never> => Promise.reject(new Error('from the action'));

describe('a lock', () => {
  test('is held by one at a time, in the order of asking', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = withFileLock(path, { signal: never }, async () => {
      order.push('first in');
      await gate.promise;
      order.push('first out');
    });
    const onWait = (): void => gate.resolve();
    await withFileLock(path, { signal: never, onWait, pollMs: 5 }, async () => {
      order.push('second in');
      return Promise.resolve();
    });
    await first;
    expect(order).toEqual(['first in', 'first out', 'second in']);
  });

  test('is free again after an action that failed, and passes its error and its result on', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    expect((await rejectionOf(withFileLock(path, { signal: never }, failing))).message).toBe('from the action');
    expect(await withFileLock(path, { signal: never, limitMs: 0 }, () => Promise.resolve(7))).toBe(7);
  });

  test('is not waited for longer than the limit', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    const error = await withFileLock(path, { signal: never }, () =>
      rejectionOf(withFileLock(path, { signal: never, pollMs: 5, limitMs: 20 }, nothing)),
    );
    expect([error.code, error.message]).toEqual([
      'E_FILE',
      expect.stringMatching(/another process has held it for 20 ms/),
    ]);
  });

  test('is not waited for when the caller gives up', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    const error = await withFileLock(path, { signal: never }, () =>
      rejectionOf(withFileLock(path, { signal: AbortSignal.timeout(20), pollMs: 5_000 }, nothing)),
    );
    expect(error.code).toBe('E_CANCELLED');
  });

  test('on something that cannot be locked is an error of files', async () => {
    await using folder = await temporaryFolder();
    const [taken, other] = [join(folder.path, 'folder'), join(folder.path, 'text')];
    await mkdir(taken);
    await writeFile(other, 'a text that someone wrote here, long enough to be no empty file'.repeat(20));
    expect((await rejectionOf(withFileLock(taken, { signal: never }, nothing))).code).toBe('E_FILE');
    expect((await rejectionOf(withFileLock(other, { signal: never }, nothing))).code).toBe('E_FILE');
  });
});
