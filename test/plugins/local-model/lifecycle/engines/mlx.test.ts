import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { mlxLifecycle } from '../../../../../plugins/local-model/lifecycle/engines/mlx-lifecycle.ts';
import type { LifecycleContext } from '../../../../../plugins/local-model/lifecycle/lifecycle-context.ts';
import { mlx } from '../../../../../plugins/local-model/providers/presets/mlx.ts';
import { FAKE_COMMIT, FakeHub, type FakeRepository, type HubMove } from '../../../../fakes/hub/fake-hub.ts';
import { makeProvider } from '../../providers/preset-setup.ts';
import { seededBytes, temporaryFolder } from '../../weights/store-under-test.ts';
import { contextOf, pullOf } from '../lifecycle-setup.ts';

const WEIGHTS = seededBytes(200_000);
const REPOSITORY: FakeRepository = {
  name: 'owner/tiny-4bit',
  files: new Map([
    ['.gitattributes', Buffer.from('*.safetensors filter=lfs')],
    ['README.md', Buffer.from('# tiny')],
    ['config.json', Buffer.from('{"model_type":"llama"}')],
    ['model.safetensors', WEIGHTS],
    ['modeling_tiny.py', Buffer.from('print("no")')],
    ['sub/tokenizer.json', Buffer.from('{"model":{}}')],
    ['tokenizer.model', Buffer.from('pieces')],
  ]),
};
const NEEDED = ['config.json', 'model.safetensors', 'sub/tokenizer.json', 'tokenizer.model'];
const sha256 = createHash('sha256').update(WEIGHTS).digest('hex');

interface Stage {
  readonly hub: FakeHub;
  readonly cache: string;
  readonly folder: string;
  readonly context: (changes?: Partial<LifecycleContext>) => LifecycleContext;
}

async function onStage(
  { repository = REPOSITORY, moves = [] }: { repository?: FakeRepository; moves?: HubMove[] },
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  await using temporary = await temporaryFolder();
  const hub = await FakeHub.start(repository, ...moves);
  const cache = join(temporary.path, 'hub');
  const folder = join(cache, `models--${repository.name.replace('/', '--')}`);
  const context = (changes: Partial<LifecycleContext> = {}): LifecycleContext => ({
    ...contextOf('http://127.0.0.1:1', { kind: 'mlx', options: { modelsDirectory: cache }, hub: { baseUrl: hub.url } }),
    ...changes,
  });
  try {
    await play({ hub, cache, folder, context });
  } finally {
    await hub.close();
  }
}

/** Bytes that were asked for of the weights, as the ranges of the requests for their place of storage. */
function rangesOf(hub: FakeHub): (string | undefined)[] {
  return hub.requests.flatMap(({ path, method, range }) =>
    method === 'GET' && path.startsWith('/storage/') ? [range] : [],
  );
}

describe('a pull of MLX weights', () => {
  test("lays out what mlx_lm needs as the hub's clients do, with progress over all files", async () => {
    await onStage({}, async ({ folder, context }) => {
      const { pull, told } = pullOf();
      await mlxLifecycle(context()).pull('owner/tiny-4bit', pull);
      expect(await readFile(join(folder, 'refs', 'main'), 'utf8')).toBe(FAKE_COMMIT);
      const snapshot = join(folder, 'snapshots', FAKE_COMMIT);
      for (const name of NEEDED) {
        expect((await readFile(join(snapshot, name))).equals(REPOSITORY.files.get(name)!)).toBe(true);
      }
      expect(await readlink(join(snapshot, 'model.safetensors'))).toBe(join('..', '..', 'blobs', sha256));
      expect(
        ['README.md', 'modeling_tiny.py', '.gitattributes'].filter((name) => existsSync(join(snapshot, name))),
      ).toEqual([]);
      const total = NEEDED.reduce((sum, name) => sum + REPOSITORY.files.get(name)!.length, 0);
      expect(told.at(-1)).toEqual({ label: 'pulling owner/tiny-4bit', done: total, total });
      expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
    });
  });

  test('that is cancelled and asked for again fetches only the rest, and then nothing', async () => {
    const opened = Promise.withResolvers<void>();
    const moves: HubMove[] = [
      { kind: 'serve' },
      { kind: 'gate', afterBytes: 150_000, opened: opened.promise },
      { kind: 'serve' },
    ];
    await onStage({ moves }, async ({ hub, folder, context }) => {
      const controller = new AbortController();
      const { pull } = pullOf(controller.signal);
      const running = mlxLifecycle(context()).pull('owner/tiny-4bit', {
        ...pull,
        onProgress: ({ done }) => void (done >= 150_000 && controller.abort()),
      });
      await expect(running).rejects.toMatchObject({ code: 'E_CANCELLED' });
      opened.resolve();
      expect(existsSync(join(folder, 'refs', 'main'))).toBe(false);
      await mlxLifecycle(context()).pull('owner/tiny-4bit', pullOf().pull);
      expect(rangesOf(hub)).toEqual([undefined, 'bytes=150000-']);
      const gets = hub.requests.filter(({ method, path }) => method === 'GET' && path.includes('/resolve/')).length;
      await mlxLifecycle(context()).pull('owner/tiny-4bit', pullOf().pull);
      expect(hub.requests.filter(({ method, path }) => method === 'GET' && path.includes('/resolve/'))).toHaveLength(
        gets,
      );
    });
  });

  test('fetches once more what an earlier attempt had left wrong', async () => {
    await onStage({}, async ({ folder, context }) => {
      await mkdir(join(folder, 'blobs'), { recursive: true });
      await writeFile(join(folder, 'blobs', `${sha256}.part`), Buffer.alloc(1000, 1));
      await mlxLifecycle(context()).pull('owner/tiny-4bit', pullOf().pull);
      const blob = await readFile(join(folder, 'snapshots', FAKE_COMMIT, 'model.safetensors'));
      expect(blob.equals(WEIGHTS)).toBe(true);
    });
  });

  test('never lets a wrong content have the name of the right one', async () => {
    const moves: HubMove[] = [{ kind: 'serve' }, { kind: 'serve-bytes', bytes: Buffer.alloc(WEIGHTS.length, 7) }];
    await onStage({ moves }, async ({ folder, context }) => {
      await expect(mlxLifecycle(context()).pull('owner/tiny-4bit', pullOf().pull)).rejects.toMatchObject({
        code: 'E_CHECKSUM',
      });
      expect(existsSync(join(folder, 'blobs', sha256))).toBe(false);
      expect(existsSync(join(folder, 'refs', 'main'))).toBe(false);
    });
  });

  test('is refused before anything is written when the disk is too small', async () => {
    await onStage({}, async ({ cache, context }) => {
      const machine = { ...context().machine!, freeBytes: async () => 100_000 };
      await expect(mlxLifecycle(context({ machine })).pull('owner/tiny-4bit', pullOf().pull)).rejects.toMatchObject({
        code: 'E_DISK_FULL',
        message: expect.stringContaining(`201 kB more are needed and ${cache} has 100 kB free`),
      });
      expect(existsSync(cache)).toBe(false);
    });
  });

  test('asks nobody where a setting forbids downloads', async () => {
    await onStage({}, async ({ hub, context }) => {
      const refused = context({ hub: { baseUrl: hub.url, refusal: 'config/local.json: routing.localOnly' } });
      await expect(mlxLifecycle(refused).pull('owner/tiny-4bit', pullOf().pull)).rejects.toMatchObject({
        code: 'E_PRIVACY',
        message: expect.stringContaining('config/local.json: routing.localOnly forbids to fetch it; nothing was sent'),
      });
      expect(hub.requests).toEqual([]);
    });
  });

  test('of what is no repository, has no such weights, or is not there, says so', async () => {
    await onStage({}, async ({ context }) => {
      const { pull } = mlxLifecycle(context());
      await expect(pull('../../etc', pullOf().pull)).rejects.toMatchObject({ code: 'E_USAGE' });
      await expect(pull('owner/other', pullOf().pull)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
    });
    const repository = { name: 'owner/gguf', files: new Map([['model.gguf', Buffer.from('x')]]) };
    await onStage({ repository }, async ({ context }) => {
      await expect(mlxLifecycle(context()).pull('owner/gguf', pullOf().pull)).rejects.toMatchObject({
        code: 'E_MODEL_NOT_FOUND',
        message: expect.stringContaining('has no *.safetensors'),
      });
    });
  });

  test('leaves out a name that would lead out of the folder', async () => {
    const files = new Map([...REPOSITORY.files, ['../../../escaped.json', Buffer.from('{}')]]);
    await onStage({ repository: { ...REPOSITORY, files } }, async ({ cache, context }) => {
      await mlxLifecycle(context()).pull('owner/tiny-4bit', pullOf().pull);
      expect(existsSync(join(cache, 'escaped.json'))).toBe(false);
    });
  });

  test('is for a server of this machine', async () => {
    const elsewhere = contextOf('http://127.0.0.1:1', {
      kind: 'mlx',
      isElsewhere: true,
      hub: { baseUrl: 'http://127.0.0.1:1' },
    });
    await expect(mlxLifecycle(elsewhere).pull('owner/tiny-4bit', pullOf().pull)).rejects.toMatchObject({
      code: 'E_CAPABILITY',
    });
  });

  test('needs the hub that the plugin gives', async () => {
    const { provider } = makeProvider(mlx, { baseUrl: 'http://127.0.0.1:1' });
    await expect(provider.lifecycle!.pull!('owner/tiny-4bit', pullOf().pull)).rejects.toMatchObject({
      code: 'E_CAPABILITY',
    });
    const withHub = makeProvider(mlx.withHub({ baseUrl: 'http://127.0.0.1:1', refusal: 'a test' }), {
      baseUrl: 'http://127.0.0.1:1',
    });
    await expect(withHub.provider.lifecycle!.pull!('owner/tiny-4bit', pullOf().pull)).rejects.toMatchObject({
      code: 'E_PRIVACY',
    });
  });
});
