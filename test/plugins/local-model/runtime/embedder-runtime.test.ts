import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { EmbeddedSettings, HostSettings, ProgressUpdate } from 'wooster';
import { EMBEDDED_WEIGHTS } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import { EmbeddedRuntime } from '../../../../plugins/local-model/runtime/embedded-runtime.ts';
import { isEverythingPresent } from '../../../../plugins/local-model/runtime/prepare-everything.ts';
import { EMBEDDERS } from '../../../../src/contracts/models/catalogue.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { silentLog } from '../providers/preset-setup.ts';
import { embedderEntry, MODEL_BYTES, TOKENIZER_BYTES } from '../weights/embedder-under-test.ts';
import { entryFor, seededBytes, temporaryFolder } from '../weights/store-under-test.ts';

const ID = 'tiny-embedder';
const never = (): AbortSignal => new AbortController().signal;
const runtimes: EmbeddedRuntime[] = [];

afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.dispose();
});

function purposes(model: string, modelsDirectory?: string): HostSettings['embeddings'] {
  const purpose = { isEnabled: true, model, fallbackToCloud: false };
  return { projects: purpose, userProfile: { ...purpose, model: 'elsewhere' }, modelsDirectory };
}

async function setUp(embeddings?: HostSettings['embeddings'], settings: Partial<EmbeddedSettings> = {}) {
  const folder = await temporaryFolder();
  const models = join(folder.path, 'models');
  const runtime = new EmbeddedRuntime({
    settings: {
      isEnabled: true,
      model: 'tiny',
      contextTokens: 64,
      threads: 1,
      gpu: 'off',
      autoDownload: false,
      hubBaseUrl: '',
      modelsDirectory: models,
      localDirectories: [],
      ...settings,
    },
    embeddings,
    cacheDirectory: folder.path,
    extensions: createExtensionsDouble([
      [EMBEDDED_WEIGHTS, [entryFor(seededBytes(10)), embedderEntry(), embedderEntry({ id: 'other-embedder' })]],
      [EMBEDDERS, [{ id: 'maker/Tiny-Embedder', matches: ['tiny'] }]],
    ]),
    loadTimeoutMs: 20_000,
    log: silentLog,
  });
  runtimes.push(runtime);
  const put = async (into = models): Promise<void> => {
    await mkdir(join(into, ID, 'onnx'), { recursive: true });
    await writeFile(join(into, ID, 'onnx', 'model.onnx'), MODEL_BYTES);
    await writeFile(join(into, ID, 'tokenizer.json'), TOKENIZER_BYTES);
  };
  const { embedders } = runtime;
  return { runtime, embedders, models, put, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('the embedders inside Wooster', () => {
  test.each(['maker/Tiny-Embedder', 'tiny', 'tiny-embedder', 'maker/tiny-embedder:latest'])(
    'are wanted when a purpose calls one %s',
    async (name) => {
      await using made = await setUp(purposes(name));
      expect(made.embedders.wanted().map(({ id }) => id)).toEqual([ID]);
    },
  );

  test('are offered when they are wanted or here, and none else; a chat model is none', async () => {
    await using made = await setUp(purposes('other-embedder'));
    expect(made.embedders.entries().map(({ id }) => id)).toEqual([ID, 'other-embedder']);
    expect(made.embedders.entry('tiny')).toBeUndefined();
    expect((await made.embedders.offered()).map(({ id }) => id)).toEqual(['other-embedder']);
    await made.put();
    expect((await made.embedders.offered()).map(({ id }) => id)).toEqual([ID, 'other-embedder']);
    await using none = await setUp();
    expect(none.embedders.wanted()).toEqual([]);
  });

  test('are prepared once for all who ask, checked, with the progress told to who listens to the runtime', async () => {
    await using made = await setUp(purposes(ID));
    await made.put();
    expect([await made.embedders.isPresent(ID), await made.embedders.isPresent('unknown')]).toEqual([true, false]);
    expect(await isEverythingPresent(made.runtime)).toBe(false);
    const updates: ProgressUpdate[] = [];
    const listening = made.runtime.onPreparation({ update: (update) => void updates.push(update), note: () => {} });
    const options = { signal: never(), isAskedFor: false };
    const preparing = made.embedders.prepare(ID, options);
    expect(made.embedders.prepare(ID, options)).toBe(preparing);
    expect(await preparing).toEqual({
      modelPath: join(made.models, ID, 'onnx', 'model.onnx'),
      tokenizerPath: join(made.models, ID, 'tokenizer.json'),
      enginePackage: expect.stringContaining('transformers'),
    });
    await listening.dispose();
    expect(updates.map(({ label }) => label)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^checking .*tokenizer\.json$/)]),
    );
  });

  test('lie in the folder of the embedding models where there is one, and are found beside the other weights', async () => {
    await using own = await temporaryFolder();
    await using made = await setUp(purposes(ID, own.path));
    expect(await made.embedders.isPresent(ID)).toBe(false);
    await made.put();
    expect(await made.embedders.isPresent(ID)).toBe(true);
    await using there = await setUp(purposes(ID, own.path));
    await there.put(own.path);
    expect(await there.embedders.prepare(ID, { signal: never(), isAskedFor: false })).toMatchObject({
      tokenizerPath: join(own.path, ID, 'tokenizer.json'),
    });
  });

  test('are not fetched unasked where that is off; an engine that cannot start leaves the next call free to try', async () => {
    await using made = await setUp(purposes(ID));
    await expect(made.embedders.endpoint(ID, never())).rejects.toMatchObject({ code: 'E_DEPENDENCY' });
    await made.put();
    // Neither file is what it should be inside, which only the engine can tell.
    await expect(made.embedders.endpoint(ID, never())).rejects.toMatchObject({ code: 'E_FILE' });
    expect(made.embedders.isRunning(ID)).toBe(false);
  }, 30_000);
});
