import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { EMBEDDED_WEIGHTS } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import { EmbeddedRuntime } from '../../../../plugins/local-model/runtime/embedded-runtime.ts';
import type { EmbeddedSettings, ProgressUpdate } from '../../../../src/index.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { entryFor, seededBytes, temporaryFolder } from '../weights/store-under-test.ts';
import { silentLog } from '../providers/preset-setup.ts';

const CONTENT = seededBytes(4_000, 'no model');
const never = (): AbortSignal => new AbortController().signal;
const runtimes: EmbeddedRuntime[] = [];

afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.dispose();
});

async function setUp(settings: Partial<EmbeddedSettings> = {}) {
  const folder = await temporaryFolder();
  const localDirectory = join(folder.path, 'mine');
  await mkdir(localDirectory);
  const runtime = new EmbeddedRuntime({
    settings: {
      isEnabled: true,
      model: 'tiny',
      contextTokens: 64,
      threads: 1,
      gpu: 'off',
      autoDownload: false,
      hubBaseUrl: '',
      modelsDirectory: join(folder.path, 'models'),
      localDirectories: [localDirectory],
      ...settings,
    },
    cacheDirectory: folder.path,
    extensions: createExtensionsDouble([[EMBEDDED_WEIGHTS, [entryFor(CONTENT)]]]),
    loadTimeoutMs: 20_000,
    log: silentLog,
  });
  runtimes.push(runtime);
  const file = join(localDirectory, 'tiny.gguf');
  const put = (): Promise<void> => writeFile(file, CONTENT);
  return { runtime, file, put, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('the embedded runtime', () => {
  test('tells what is configured and what the catalogue says of it', async () => {
    await using known = await setUp({ autoDownload: true });
    const { modelId, contextTokens, mayDownload } = known.runtime;
    expect({ modelId, contextTokens, mayDownload }).toEqual({ modelId: 'tiny', contextTokens: 64, mayDownload: true });
    expect(await known.runtime.entry()).toMatchObject({ title: 'Tiny', bytes: 4_000 });
    await using other = await setUp({ model: 'unheard-of' });
    expect(await other.runtime.entry()).toBeUndefined();
    expect(await other.runtime.isPresent()).toBe(false);
  });

  test('serves a file of the user that the settings name by its path, and says when it is not there', async () => {
    await using made = await setUp({ model: 'unheard-of' });
    await made.put();
    await using own = await setUp({ model: made.file });
    expect(own.runtime).toMatchObject({ modelId: 'tiny', ownFile: made.file });
    expect(await own.runtime.entry()).toEqual({
      title: 'tiny.gguf',
      bytes: CONTENT.length,
      tools: 'grammar',
      engine: 'node-llama-cpp',
      canJson: true,
    });
    expect(await own.runtime.isPresent()).toBe(true);
    expect(await own.runtime.prepare(never())).toMatchObject({ modelPath: made.file });
    await using gone = await setUp({ model: '/nowhere/gone.gguf' });
    expect(await gone.runtime.entry()).toMatchObject({ bytes: undefined });
    expect(await gone.runtime.isPresent()).toBe(false);
  });

  test('takes a file of the user once its checksum was found right, and tells the progress to who listens', async () => {
    await using made = await setUp();
    const updates: ProgressUpdate[] = [];
    const listening = made.runtime.onPreparation({ update: (update) => void updates.push(update), note: () => {} });
    expect(await made.runtime.isPresent()).toBe(false);
    await made.put();
    // A file that somebody put there counts before it was checked: it is checked when it is first used.
    expect(await made.runtime.isPresent()).toBe(true);
    const ready = await made.runtime.prepare(never());
    expect(ready).toEqual({ modelPath: made.file, enginePackage: expect.stringContaining('node-llama-cpp') });
    expect(await made.runtime.isPresent()).toBe(true);
    expect(updates.at(-1)).toEqual({ label: `checking ${made.file}`, done: 4_000, total: 4_000, unit: 'bytes' });
    const heard = updates.length;
    await listening.dispose();
    await made.runtime.prepare(never());
    expect(updates).toHaveLength(heard);
  });

  test('shares one preparation among those who ask at the same time, and begins another afterwards', async () => {
    await using made = await setUp();
    await made.put();
    const first = made.runtime.prepare(never());
    expect(made.runtime.prepare(never())).toBe(first);
    await first;
    expect(made.runtime.prepare(never())).not.toBe(first);
  });

  test('fetches nothing unasked where downloads are not automatic, and never where a setting forbids them', async () => {
    await using missing = await setUp();
    await expect(missing.runtime.prepare(never())).rejects.toMatchObject({ code: 'E_DEPENDENCY' });
    await using forbidden = await setUp({ autoDownload: true, downloadRefusal: 'WOOSTER_LOCAL_ONLY' });
    await expect(forbidden.runtime.prepare(never(), true)).rejects.toMatchObject({
      code: 'E_PRIVACY',
      message: expect.stringMatching(/WOOSTER_LOCAL_ONLY forbids to fetch it; nothing was sent/),
    });
  });

  test('says that a file is no model when the engine cannot read it, and leaves no engine running', async () => {
    await using made = await setUp();
    await made.put();
    expect(made.runtime.isRunning()).toBe(false);
    await expect(made.runtime.endpoint(never())).rejects.toMatchObject({ code: 'E_FILE' });
    expect(made.runtime.isRunning()).toBe(false);
  }, 30_000);
});
