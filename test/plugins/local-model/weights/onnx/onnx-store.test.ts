import { readFileSync } from 'node:fs';
import { appendFile, mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FAKE_COMMIT } from '../../../../fakes/hub/fake-hub.ts';
import { rejectionOf, seededBytes } from '../store-under-test.ts';
import { createStoreRig, DECODER, ENCODER, REPOSITORY, SMALL, T5, WHOLE } from './onnx-store-rig.ts';

async function put(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

describe('a repository of ONNX files', () => {
  test('is fetched: the quantized files of one state of it, and what lies beside them, with progress', async () => {
    await using made = await createStoreRig();
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
    await using made = await createStoreRig();
    await made.ensure();
    const asked = made.hub.requests.length;
    expect(made.store.locate(REPOSITORY)?.folder).toBe(made.directory);
    await made.ensure();
    expect(made.hub.requests).toHaveLength(asked);
  });

  test('is taken from a folder of the user, in whatever form of numbers it is there, and nothing is fetched', async () => {
    await using made = await createStoreRig();
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
    await using made = await createStoreRig({ files });
    expect(await made.ensure()).toMatchObject({ choice: { dtype: 'fp32' }, bytes: 2_000 });
  });

  test('goes on where a broken transfer ended', async () => {
    await using made = await createStoreRig();
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
    await using made = await createStoreRig();
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
    await using made = await createStoreRig();
    const wrong = { kind: 'serve-bytes', bytes: seededBytes(ENCODER.length, 'another') } as const;
    made.hub.play({ kind: 'serve' }, { kind: 'serve' }, { kind: 'serve' }, wrong);
    expect(await rejectionOf(made.ensure())).toMatchObject({ code: 'E_CHECKSUM' });
    expect(made.store.locate(REPOSITORY)).toBeUndefined();
    await using small = await createStoreRig(
      {},
      { moves: [{ kind: 'serve-bytes', bytes: Buffer.from(String(T5).replace('512', '999')) }] },
    );
    expect(await rejectionOf(small.ensure())).toMatchObject({
      code: 'E_CHECKSUM',
      message: expect.stringContaining('git checksum'),
    });
  });

  test('is checked by size alone where the hub tells no checksum, which the notice says', async () => {
    await using made = await createStoreRig({ isPlain: true });
    await made.ensure();
    expect(made.heard.notices).toEqual([expect.stringMatching(/the hub tells the size alone/)]);
    expect(readFileSync(join(made.directory, 'onnx/encoder_model_quantized.onnx'))).toEqual(ENCODER);
  });

  test('is refused when its weights were changed after they came, and taken when they are the same', async () => {
    await using made = await createStoreRig();
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
    await using made = await createStoreRig();
    await Promise.all([made.ensure(), made.ensure()]);
    expect(made.hub.requests.filter(({ path }) => path.startsWith('/storage/'))).toHaveLength(2);
  });
});
