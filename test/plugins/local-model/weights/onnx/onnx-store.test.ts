import { readFileSync } from 'node:fs';
import { appendFile, mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { OnnxStore } from '../../../../../plugins/local-model/weights/onnx/onnx-store.ts';
import { FAKE_COMMIT, FakeHub, type FakeRepository, type HubMove } from '../../../../fakes/hub/fake-hub.ts';
import { recorder, rejectionOf, seededBytes, temporaryFolder } from '../store-under-test.ts';

const REPOSITORY = 'Xenova/tiny';
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const T5 = json({ model_type: 't5', is_encoder_decoder: true, n_positions: 512 });
const SMALL = new Map([
  ['config.json', T5],
  ['tokenizer.json', json({ model: {} })],
  ['tokenizer_config.json', json({})],
]);
const ENCODER = seededBytes(60_000, 'encoder');
const DECODER = seededBytes(90_000, 'decoder');
const WHOLE = new Map([
  ...SMALL,
  ['onnx/encoder_model_quantized.onnx', ENCODER],
  ['onnx/decoder_model_merged_quantized.onnx', DECODER],
  ['onnx/encoder_model.onnx', seededBytes(1_000, 'full encoder')],
  ['onnx/decoder_model_merged.onnx', seededBytes(1_000, 'full decoder')],
]);

type StoreOptions = ConstructorParameters<typeof OnnxStore>[0];

async function setUp(
  repository: Partial<FakeRepository> = {},
  { moves = [], ...options }: Partial<StoreOptions> & { moves?: HubMove[] } = {},
) {
  const folder = await temporaryFolder();
  const hub = await FakeHub.start({ name: REPOSITORY, files: WHOLE, ...repository }, ...moves);
  const local = join(folder.path, 'mine');
  const store = new OnnxStore({
    directory: join(folder.path, 'models'),
    localDirectories: [local],
    hubBaseUrl: hub.url,
    allowDownload: true,
    limits: { connectMs: 5_000, idleMs: 5_000 },
    freeBytes: () => Promise.resolve(1e15),
    lockPollMs: 20,
    ...options,
  });
  const heard = recorder();
  return {
    store,
    hub,
    heard,
    local,
    directory: join(folder.path, 'models', 'Xenova', 'tiny'),
    ensure: (signal = new AbortController().signal) => store.ensure(REPOSITORY, { signal, ...heard }),
    [Symbol.asyncDispose]: async () => {
      await hub.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function put(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

describe('a repository of ONNX files', () => {
  test('is fetched: the quantized files of one state of it, and what lies beside them, with progress', async () => {
    await using made = await setUp();
    const model = await made.ensure();
    expect(model).toMatchObject({
      folder: made.directory,
      config: { isEncoderDecoder: true, contextTokens: 512 },
      choice: { dtype: 'q8', modelFile: 'encoder_model' },
      bytes: ENCODER.length + DECODER.length,
    });
    expect(readFileSync(join(made.directory, 'onnx/decoder_model_merged_quantized.onnx'))).toEqual(DECODER);
    expect(readFileSync(join(made.directory, 'tokenizer_config.json'))).toEqual(Buffer.from('{}'));
    const sent = made.hub.requests.filter(({ method, path }) => method === 'GET' && !path.startsWith('/storage/'));
    const commits = new Set(sent.slice(1).map(({ path }) => path.split('/')[4]));
    expect(commits).toEqual(new Set([FAKE_COMMIT]));
    expect(sent.filter(({ path }) => path.includes('/onnx/encoder_model.onnx'))).toEqual([]);
    expect(made.heard.phases).toEqual(expect.arrayContaining(['downloading', 'verifying']));
    expect(made.heard.notices).toEqual([expect.stringMatching(/Xenova\/tiny is fetched .*151 kB.*sha256/)]);
  });

  test('is found again without a question to the hub', async () => {
    await using made = await setUp();
    await made.ensure();
    const asked = made.hub.requests.length;
    expect(made.store.locate(REPOSITORY)?.folder).toBe(made.directory);
    await made.ensure();
    expect(made.hub.requests).toHaveLength(asked);
  });

  test('is taken from a folder of the user, in whatever form of numbers it is there, and nothing is fetched', async () => {
    await using made = await setUp();
    await put(join(made.local, 'Xenova', 'tiny'), SMALL);
    await put(join(made.local, 'Xenova', 'tiny'), new Map([['onnx/encoder_model.onnx', ENCODER]]));
    expect(made.store.locate(REPOSITORY)).toBeUndefined();
    await put(join(made.local, 'Xenova', 'tiny'), new Map([['onnx/decoder_model_merged.onnx', DECODER]]));
    expect(await made.ensure()).toMatchObject({
      folder: join(made.local, 'Xenova', 'tiny'),
      choice: { dtype: 'fp32' },
    });
    expect(made.hub.requests).toEqual([]);
  });

  test('comes in full numbers where the hub has no quantized ones', async () => {
    const files = new Map([...WHOLE].filter(([path]) => !path.includes('decoder_model_merged_quantized')));
    await using made = await setUp({ files });
    expect(await made.ensure()).toMatchObject({ choice: { dtype: 'fp32' }, bytes: 2_000 });
  });

  test('goes on where a broken transfer ended', async () => {
    await using made = await setUp();
    made.hub.play(
      { kind: 'serve' },
      { kind: 'serve' },
      { kind: 'serve' },
      { kind: 'cut', afterBytes: 20_000 },
      { kind: 'serve' },
    );
    await made.ensure();
    const ranges = made.hub.requests.filter(({ range, path }) => range !== undefined && path.startsWith('/storage/'));
    expect(ranges).toEqual([expect.objectContaining({ range: 'bytes=20000-', ifRange: '"v1"' })]);
    expect(readFileSync(join(made.directory, 'onnx/encoder_model_quantized.onnx'))).toEqual(ENCODER);
  });

  test('keeps the files that came before an attempt was given up', async () => {
    await using made = await setUp();
    made.hub.play(
      { kind: 'serve' },
      { kind: 'serve' },
      { kind: 'serve' },
      { kind: 'serve' },
      { kind: 'status', status: 503 },
    );
    expect(await rejectionOf(made.ensure())).toMatchObject({
      code: 'E_DEPENDENCY',
      message: expect.stringMatching(/503/),
    });
    expect(made.store.locate(REPOSITORY)).toBeUndefined();
    made.hub.play({ kind: 'serve' });
    const before = made.hub.requests.length;
    await made.ensure();
    const again = made.hub.requests.slice(before).filter(({ path }) => path.startsWith('/storage/'));
    expect(again.map(({ path }) => path.split('/').at(-1))).toEqual(['decoder_model_merged_quantized.onnx']);
  });

  test('is refused when a file is not the one the hub told of, large or small', async () => {
    await using made = await setUp();
    const wrong = { kind: 'serve-bytes', bytes: seededBytes(ENCODER.length, 'another') } as const;
    made.hub.play({ kind: 'serve' }, { kind: 'serve' }, { kind: 'serve' }, wrong);
    expect(await rejectionOf(made.ensure())).toMatchObject({ code: 'E_CHECKSUM' });
    expect(made.store.locate(REPOSITORY)).toBeUndefined();
    await using small = await setUp(
      {},
      { moves: [{ kind: 'serve-bytes', bytes: Buffer.from(String(T5).replace('512', '999')) }] },
    );
    expect(await rejectionOf(small.ensure())).toMatchObject({
      code: 'E_CHECKSUM',
      message: expect.stringContaining('git checksum'),
    });
  });

  test('is checked by size alone where the hub tells no checksum, which the notice says', async () => {
    await using made = await setUp({ isPlain: true });
    await made.ensure();
    expect(made.heard.notices).toEqual([expect.stringMatching(/the hub tells the size alone/)]);
    expect(readFileSync(join(made.directory, 'onnx/encoder_model_quantized.onnx'))).toEqual(ENCODER);
  });

  test('is refused when its weights were changed after they came, and taken when they are the same', async () => {
    await using made = await setUp();
    await made.ensure();
    const path = join(made.directory, 'onnx/encoder_model_quantized.onnx');
    await utimes(path, new Date(0), new Date(0));
    await expect(made.ensure()).resolves.toBeDefined();
    await appendFile(path, 'more');
    expect(await rejectionOf(made.ensure())).toMatchObject({
      code: 'E_CHECKSUM',
      message: expect.stringMatching(/is not the file that was fetched.*remove it and run "wooster setup"/),
    });
  });

  test('is fetched once by two who ask at the same time', async () => {
    await using made = await setUp();
    await Promise.all([made.ensure(), made.ensure()]);
    expect(made.hub.requests.filter(({ path }) => path.startsWith('/storage/'))).toHaveLength(2);
  });
});

describe('a repository that cannot be had', () => {
  test.each([
    {
      what: 'is not on the hub',
      repository: { name: 'Xenova/other' },
      code: 'E_MODEL_NOT_FOUND',
      told: /has no public model Xenova\/tiny; correct embedded\.model, or put the files into/,
    },
    {
      what: 'has no tokenizer',
      repository: { files: new Map([['config.json', T5]]) },
      code: 'E_MODEL_NOT_FOUND',
      told: /Xenova\/tiny has no tokenizer\.json/,
    },
    {
      what: 'has no ONNX files',
      repository: { files: SMALL },
      code: 'E_MODEL_NOT_FOUND',
      told: /has no onnx\/encoder_model_quantized\.onnx .*repository with ONNX files/,
    },
    {
      what: 'has a configuration that is none',
      repository: { files: new Map([...WHOLE, ['config.json', Buffer.from('<html>')]]) },
      code: 'E_FILE',
      told: /config\.json cannot be read/,
    },
  ])('because it $what is told in one line', async ({ repository, code, told }) => {
    await using made = await setUp(repository);
    const error = await rejectionOf(made.ensure());
    expect(error).toMatchObject({ code, message: expect.stringMatching(told) });
    expect(error.message).not.toContain('\n');
  });

  test('because nothing may be fetched is told with what to do, and nothing is asked', async () => {
    await using off = await setUp({}, { allowDownload: false });
    expect(await rejectionOf(off.ensure())).toMatchObject({
      code: 'E_DEPENDENCY',
      message: expect.stringMatching(
        /may not be fetched; run "wooster setup" without local-only, or put its files into/,
      ),
    });
    await using forbidden = await setUp({}, { allowDownload: false, refusal: 'flag: --local-only' });
    expect(await rejectionOf(forbidden.ensure())).toMatchObject({
      code: 'E_PRIVACY',
      message: expect.stringMatching(/flag: --local-only forbids to fetch it; nothing was sent/),
    });
    expect([off.hub.requests, forbidden.hub.requests]).toEqual([[], []]);
  });

  test('because the disk is full is told before any weights are sent', async () => {
    await using made = await setUp({}, { freeBytes: () => Promise.resolve(20_000_000 - 1e7) });
    const error = await rejectionOf(made.ensure());
    expect(error).toMatchObject({ code: 'E_DISK_FULL' });
    expect(made.hub.requests.filter(({ path }) => path.startsWith('/storage/'))).toEqual([]);
  });

  test('because the hub cannot be reached is told as that', async () => {
    await using made = await setUp();
    await made.hub.close();
    expect(await rejectionOf(made.ensure())).toMatchObject({ code: 'E_UNREACHABLE' });
  });

  test('because the person gave up is a cancellation', async () => {
    await using made = await setUp({}, { moves: [{ kind: 'hang-in-body', afterBytes: 10 }] });
    const controller = new AbortController();
    const fetching = rejectionOf(made.ensure(controller.signal));
    setTimeout(() => controller.abort(), 100);
    expect(await fetching).toMatchObject({ code: 'E_CANCELLED' });
  });
});
