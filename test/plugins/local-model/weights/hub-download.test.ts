import { existsSync } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { PartHandle } from '../../../../plugins/local-model/weights/part-file.ts';
import { FakeHub } from '../../../fakes/hub/fake-hub.ts';
import type { HubMove } from '../../../fakes/hub/fake-hub.ts';
import { recorder, rejectionOf, seededBytes, storeOf, temporaryFolder } from './store-under-test.ts';

const CONTENT = seededBytes(300_000);
const IMPATIENT = { connectMs: 300, idleMs: 400 };

async function withHub<T>(moves: HubMove[], action: (hub: FakeHub, directory: string) => Promise<T>): Promise<T> {
  await using folder = await temporaryFolder();
  const hub = await FakeHub.start(CONTENT, ...moves);
  try {
    return await action(hub, folder.path);
  } finally {
    await hub.close();
  }
}

/** A disk that needs 20 ms for each write. */
async function openSlowly(path: string): Promise<PartHandle> {
  const handle = await open(path, 'w+');
  return {
    write: async (chunk: Uint8Array, offset: number, length: number, position: number) => {
      await delay(20);
      return handle.write(chunk, offset, length, position);
    },
    truncate: (length) => handle.truncate(length),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

describe('a download from the model hub', () => {
  test('arrives whole, is reported step by step and is remembered as checked', async () => {
    await withHub([{ kind: 'slow', pieces: 4, pauseMs: 5 }], async (hub, directory) => {
      const store = storeOf(CONTENT, { directory, hubBaseUrl: hub.url });
      const seen = recorder();
      expect(store.locate('tiny')).toBeUndefined();
      const path = await store.ensure('tiny', seen);
      expect(path).toBe(join(directory, 'tiny.gguf'));
      expect((await readFile(path)).equals(CONTENT)).toBe(true);
      expect(seen.phases).toEqual(['downloading', 'verifying']);
      expect(seen.notices).toEqual([]);
      expect(hub.requests[0]).toEqual({
        method: 'GET',
        path: '/maker/tiny/resolve/main/tiny.gguf',
        range: undefined,
        ifRange: undefined,
      });
      expect(storeOf(CONTENT, { directory }).locate('tiny')).toBe(path);
      expect(existsSync(`${path}.part`)).toBe(false);
    });
  });

  test('that is cut is continued by range under the same entity tag', async () => {
    await withHub([{ kind: 'cut', afterBytes: 100_000 }, { kind: 'serve' }], async (hub, directory) => {
      const path = await storeOf(CONTENT, { directory, hubBaseUrl: hub.url }).ensure('tiny');
      expect((await readFile(path)).equals(CONTENT)).toBe(true);
      expect(hub.requests[1]).toMatchObject({ range: 'bytes=100000-', ifRange: '"v1"' });
    });
  });

  test('starts over when the file behind the address has changed', async () => {
    await withHub(
      [
        { kind: 'cut', afterBytes: 100_000 },
        { kind: 'serve', etag: '"v2"' },
      ],
      async (hub, directory) => {
        const path = await storeOf(CONTENT, { directory, hubBaseUrl: hub.url }).ensure('tiny');
        expect((await readFile(path)).equals(CONTENT)).toBe(true);
      },
    );
  });

  test('starts over when the server ignores the range', async () => {
    await withHub([{ kind: 'cut', afterBytes: 100_000 }, { kind: 'ignore-range' }], async (hub, directory) => {
      const path = await storeOf(CONTENT, { directory, hubBaseUrl: hub.url }).ensure('tiny');
      expect((await readFile(path)).equals(CONTENT)).toBe(true);
    });
  });

  test('that hangs in the middle is continued', async () => {
    await withHub([{ kind: 'hang-in-body', afterBytes: 50_000 }, { kind: 'serve' }], async (hub, directory) => {
      const path = await storeOf(CONTENT, { directory, hubBaseUrl: hub.url, limits: IMPATIENT }).ensure('tiny');
      expect((await readFile(path)).equals(CONTENT)).toBe(true);
      expect(hub.requests).toHaveLength(2);
    });
  });

  test('follows a redirect on its own host', async () => {
    await withHub([{ kind: 'redirect', to: '/elsewhere' }, { kind: 'serve' }], async (hub, directory) => {
      await storeOf(CONTENT, { directory, hubBaseUrl: `${hub.url}/` }).ensure('tiny');
      expect(hub.requests.map(({ path }) => path)).toEqual(['/maker/tiny/resolve/main/tiny.gguf', '/elsewhere']);
    });
  });

  test('is read to its end when the disk is slower than a server that then closes the connection', async () => {
    await withHub([{ kind: 'serve', isClosing: true }], async (hub, directory) => {
      const path = await storeOf(CONTENT, { directory, hubBaseUrl: hub.url, openPart: openSlowly }).ensure('tiny');
      expect((await readFile(path)).equals(CONTENT)).toBe(true);
    });
  });

  test('heals a part that was damaged since the last attempt', async () => {
    await withHub([{ kind: 'serve' }], async (hub, directory) => {
      await writeFile(join(directory, 'tiny.gguf.part'), Buffer.alloc(1_000));
      const path = await storeOf(CONTENT, { directory, hubBaseUrl: hub.url }).ensure('tiny');
      expect((await readFile(path)).equals(CONTENT)).toBe(true);
      expect(hub.requests.map(({ range }) => range)).toEqual(['bytes=1000-', undefined]);
    });
  });

  test('keeps what was fetched when it is aborted, and continues there', async () => {
    await withHub([{ kind: 'hang-in-body', afterBytes: 120_000 }, { kind: 'serve' }], async (hub, directory) => {
      const store = storeOf(CONTENT, { directory, hubBaseUrl: hub.url });
      const abort = new AbortController();
      const onProgress = ({ receivedBytes }: { receivedBytes: number }): void => {
        if (receivedBytes > 0) abort.abort();
      };
      const error = await rejectionOf(store.ensure('tiny', { signal: abort.signal, onProgress }));
      expect(error.code).toBe('E_CANCELLED');
      const { size } = await stat(join(directory, 'tiny.gguf.part'));
      expect(size).toBeGreaterThan(0);
      await store.ensure('tiny');
      expect(hub.requests[1]?.range).toBe(`bytes=${size}-`);
    });
  });
});

describe('a hub that cannot give the file', () => {
  const faults: [string, HubMove, string, RegExp][] = [
    ['has no such file', { kind: 'status', status: 404 }, 'E_DEPENDENCY', /not there \(404\)/],
    ['does not show it to the public', { kind: 'status', status: 401 }, 'E_DEPENDENCY', /not public \(401\)/],
    ['limits the rate', { kind: 'status', status: 429 }, 'E_DEPENDENCY', /limits the rate/],
    ['fails', { kind: 'status', status: 503 }, 'E_DEPENDENCY', /the hub failed \(503\)/],
    ['never answers', { kind: 'hang-before-headers' }, 'E_DEPENDENCY', /did not answer in 300 ms/],
    ['falls silent', { kind: 'hang-in-body', afterBytes: 0 }, 'E_DEPENDENCY', /sent nothing for 400 ms/],
    ['redirects to an unsafe host', { kind: 'redirect', to: 'http://192.0.2.1/x' }, 'E_DEPENDENCY', /not followed/],
    ['redirects in a circle', { kind: 'redirect', to: '/again' }, 'E_DEPENDENCY', /more than 5 times/],
    [
      'serves a file of another size',
      { kind: 'serve-bytes', bytes: Buffer.alloc(10) },
      'E_CHECKSUM',
      /another file: 10 bytes/,
    ],
    [
      'serves too much',
      { kind: 'serve-bytes', bytes: Buffer.alloc(400_000), isChunked: true },
      'E_CHECKSUM',
      /more than 300000/,
    ],
    [
      'serves a wrong file',
      { kind: 'serve-bytes', bytes: Buffer.alloc(300_000) },
      'E_CHECKSUM',
      /the file was removed/,
    ],
  ];

  test.each(faults)('that %s is named with its reason, after which nothing is in place', async (...fault) => {
    const [, move, code, reason] = fault;
    const limits = move.kind.startsWith('hang') ? IMPATIENT : undefined;
    await withHub([move], async (hub, directory) => {
      const error = await rejectionOf(
        storeOf(CONTENT, { directory, hubBaseUrl: hub.url, ...(limits && { limits }) }).ensure('tiny'),
      );
      expect(error.code).toBe(code);
      expect(error.message).toMatch(reason);
      expect(error.message).toMatch(/tiny-part1: the index does not have it.*put tiny\.gguf into/);
      expect(existsSync(join(directory, 'tiny.gguf'))).toBe(false);
    });
  });

  test('because nothing listens is passed over at once', async () => {
    await using folder = await temporaryFolder();
    const hub = await FakeHub.start(CONTENT);
    const { url } = hub;
    await hub.close();
    const error = await rejectionOf(storeOf(CONTENT, { directory: folder.path, hubBaseUrl: url }).ensure('tiny'));
    expect(error.message).toMatch(/cannot be reached \(ECONNREFUSED\)/);
  });

  test('because its address is no URL is an error of the configuration', async () => {
    await using folder = await temporaryFolder();
    const error = await rejectionOf(storeOf(CONTENT, { directory: folder.path, hubBaseUrl: 'hub' }).ensure('tiny'));
    expect(error.code).toBe('E_CONFIG');
  });
});
