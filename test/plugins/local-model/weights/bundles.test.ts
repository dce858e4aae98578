import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { WeightsStore } from '../../../../plugins/local-model/weights/weights-store.ts';
import { FakeRegistry } from '../../../fakes/hub/fake-registry.ts';
import { zipArchive } from '../../../fakes/hub/zip-archive.ts';
import { embedderEntry, MODEL_BYTES, TOKENIZER_BYTES } from './embedder-under-test.ts';
import { entryFor, recorder, rejectionOf, seededBytes, storeOf, temporaryFolder } from './store-under-test.ts';

const ID = 'tiny-embedder';

function bothWheels(): FakeRegistry {
  return new FakeRegistry(
    new Map([
      ['tiny-model', zipArchive({ 'data.bin': MODEL_BYTES })],
      ['tiny-tokenizer', zipArchive({ 'data.bin': TOKENIZER_BYTES })],
    ]),
  );
}

function bundleStore(directory: string, options: Partial<Parameters<typeof storeOf>[1]> = {}): WeightsStore {
  return storeOf(MODEL_BYTES, { entries: () => [entryFor(seededBytes(10)), embedderEntry()], directory, ...options });
}

async function put(path: string, content: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

describe('weights of several files', () => {
  test('are fetched file by file into a folder of their own, and then found without being read', async () => {
    await using folder = await temporaryFolder();
    const registry = bothWheels();
    const store = bundleStore(folder.path, { registry });
    const seen = recorder();
    expect([store.hasFile(ID), store.locateAll(ID)]).toEqual([false, undefined]);
    const paths = await store.ensureAll(ID, seen);
    const model = join(folder.path, ID, 'onnx', 'model.onnx');
    expect(paths).toEqual([model, join(folder.path, ID, 'tokenizer.json')]);
    expect((await readFile(model)).equals(MODEL_BYTES)).toBe(true);
    expect([store.hasFile(ID), store.locate(ID), store.locateAll(ID)]).toEqual([true, model, paths]);
    expect(registry.asked).toEqual(['tiny-model==1.0.0', 'tiny-tokenizer==1.0.0']);
    expect(seen.notices).toHaveLength(2);
    expect((await readdir(join(folder.path, ID))).sort()).toEqual([
      'onnx',
      'tokenizer.json',
      'tokenizer.json.verified.json',
    ]);
  });

  test('are fetched only as far as they are missing, wherever the rest lies', async () => {
    await using folder = await temporaryFolder();
    await using mine = await temporaryFolder();
    // As a hub's own client lays files out.
    const laid = join(mine.path, 'maker', 'tiny-embedder', 'onnx', 'model.onnx');
    await put(laid, MODEL_BYTES);
    const registry = bothWheels();
    const store = bundleStore(folder.path, { registry, localDirectories: [mine.path] });
    expect(store.hasFile(ID)).toBe(false);
    expect(await store.ensureAll(ID)).toEqual([laid, join(folder.path, ID, 'tokenizer.json')]);
    expect(registry.asked).toEqual(['tiny-tokenizer==1.0.0']);
    expect(await readdir(mine.path, { recursive: true })).toHaveLength(4);
  });

  test('with one wrong file are not taken, and that file is named where nothing may be fetched', async () => {
    await using folder = await temporaryFolder();
    await put(join(folder.path, ID, 'onnx', 'model.onnx'), MODEL_BYTES);
    await put(join(folder.path, ID, 'tokenizer.json'), Buffer.alloc(TOKENIZER_BYTES.length));
    const store = bundleStore(folder.path, { allowDownload: false });
    const error = await rejectionOf(store.ensureAll(ID));
    expect([error.code, error.message]).toEqual([
      'E_DEPENDENCY',
      expect.stringContaining(`put ${join(ID, 'tokenizer.json')} into ${folder.path}`),
    ]);
    expect(store.locateAll(ID)).toBeUndefined();
  });

  test('keep what was fetched when a later file fails, and name that file and its folder', async () => {
    await using folder = await temporaryFolder();
    const registry = new FakeRegistry(new Map([['tiny-model', zipArchive({ 'data.bin': MODEL_BYTES })]]));
    const error = await rejectionOf(bundleStore(folder.path, { registry }).ensureAll(ID));
    expect(error.message).toMatch(/Tiny Embedder could not be fetched .*tiny-tokenizer/);
    expect(error.message).toContain(`put ${join(ID, 'tokenizer.json')} into ${folder.path} or`);
    const again = bothWheels();
    await bundleStore(folder.path, { registry: again }).ensureAll(ID);
    expect(again.asked).toEqual(['tiny-tokenizer==1.0.0']);
  });
});
