import { statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { FakeHub } from '../../../fakes/hub/fake-hub.ts';
import { startEnsure } from './child-under-test.ts';
import { rejectionOf, seededBytes, storeOf, temporaryFolder } from './store-under-test.ts';

jest.setTimeout(60_000);

async function waitUntil(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (isTrue()) return;
    await delay(25);
  }
  throw new Error('it did not become true');
}

async function waitForBytes(path: string): Promise<void> {
  await waitUntil(() => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0);
}

describe('two processes', () => {
  test('that want the same file fetch it once', async () => {
    await using folder = await temporaryFolder();
    const content = seededBytes(300_000);
    const gate = Promise.withResolvers<void>();
    const hub = await FakeHub.start(content, { kind: 'gate', afterBytes: 100_000, opened: gate.promise });
    const request = { directory: folder.path, hubUrl: hub.url, bytes: content.length };
    const first = startEnsure(request);
    await waitForBytes(join(folder.path, 'tiny.gguf.part'));
    const second = startEnsure(request);
    await waitUntil(() => second.output().includes('waiting'));
    gate.resolve();
    const [a, b] = await Promise.all([first.lines, second.lines]);
    await hub.close();
    const path = join(folder.path, 'tiny.gguf');
    expect(a.at(-1)).toEqual({ path });
    expect(b).toEqual([{ phase: 'waiting' }, { path }]);
    expect(hub.requests).toHaveLength(1);
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test('of which the first is killed: the second goes on where it was, without waiting for a stale lock', async () => {
    await using folder = await temporaryFolder();
    const content = seededBytes(300_000);
    const hub = await FakeHub.start(content, { kind: 'hang-in-body', afterBytes: 90_000 }, { kind: 'serve' });
    const { child, lines } = startEnsure({
      directory: folder.path,
      hubUrl: hub.url,
      bytes: content.length,
    });
    await waitForBytes(join(folder.path, 'tiny.gguf.part'));
    child.kill('SIGKILL');
    await lines;
    const { size } = await stat(join(folder.path, 'tiny.gguf.part'));
    const path = await storeOf(content, { directory: folder.path, hubBaseUrl: hub.url }).ensure('tiny');
    await hub.close();
    expect(hub.requests[1]?.range).toBe(`bytes=${size}-`);
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test('of which the second is told to stop: it stops waiting', async () => {
    await using folder = await temporaryFolder();
    const content = seededBytes(10_000);
    const hub = await FakeHub.start(content, { kind: 'hang-in-body', afterBytes: 5_000 });
    const limits = { connectMs: 2_000, idleMs: 10_000 };
    const store = storeOf(content, { directory: folder.path, hubBaseUrl: hub.url, limits });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = rejectionOf(store.ensure('tiny', { signal: first.signal }));
    await waitForBytes(join(folder.path, 'tiny.gguf.part'));
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'waiting') second.abort();
    };
    expect((await rejectionOf(store.ensure('tiny', { signal: second.signal, onProgress }))).code).toBe('E_CANCELLED');
    first.abort();
    expect((await running).code).toBe('E_CANCELLED');
    await hub.close();
  });
});
