import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ProgressUpdate } from '../../../../src/index.ts';
import { writeTinyModel } from '../../../fakes/onnx/tiny-chat-models.ts';
import { createOnnxRig, ONNX_CALL, REPOSITORY } from './onnx-rig.ts';

const never = (): AbortSignal => new AbortController().signal;

describe('a repository of ONNX files as the embedded model', () => {
  test('is told by its name before it is here, fetched when it is prepared, and then told by its files', async () => {
    await using made = await createOnnxRig();
    const { runtime, provider, hub } = made;
    expect(runtime).toMatchObject({ modelId: REPOSITORY, ownFile: undefined });
    expect(await provider.probe(never())).toMatchObject({
      state: 'ready',
      engine: { name: 'transformers.js' },
      detail: 'Xenova/tiny-t5, fetched with the first question (the hub tells its size)',
      remedy: 'run "wooster setup" to fetch it now',
    });
    const updates: ProgressUpdate[] = [];
    runtime.onPreparation({ update: (update) => void updates.push(update), note: () => {} });
    await runtime.prepare(never());
    expect(updates.map(({ label }) => label)).toContain(`downloading model hub ${new URL(hub.url).host}`);
    expect(await provider.probe(never())).toMatchObject({
      state: 'ready',
      detail: 'Xenova/tiny-t5, starts with the first question',
    });
    expect(await provider.listModels(never())).toEqual([
      expect.objectContaining({
        ref: 'embedded:Xenova/tiny-t5',
        capabilities: expect.objectContaining({
          chat: { value: true, origin: 'catalogue' },
          json: { value: false, origin: 'catalogue' },
          tools: { value: false, origin: 'catalogue' },
        }),
        contextTokens: { value: 64, origin: 'config' },
        sizeBytes: { value: expect.any(Number), origin: 'catalogue' },
        quantization: { value: 'q8', origin: 'catalogue' },
        isLoaded: { value: false, origin: 'server' },
      }),
    ]);
  });

  test('is taken from a folder of the user without a question to the hub', async () => {
    await using made = await createOnnxRig();
    const { runtime, local, hub } = made;
    expect(await runtime.isPresent()).toBe(false);
    await writeTinyModel(join(local, 'Xenova', 'tiny-t5'), { kind: 'instruction', ending: '' });
    expect(await runtime.isPresent()).toBe(true);
    expect(await runtime.prepare(never())).toMatchObject({ modelPath: join(local, 'Xenova', 'tiny-t5') });
    expect(await runtime.entry()).toMatchObject({ quantization: 'fp32', tools: 'none', contextTokens: 64 });
    expect(hub.requests).toEqual([]);
  });

  test('is not fetched unasked where downloads are not automatic, and is fetched when asked for', async () => {
    await using made = await createOnnxRig({ autoDownload: false });
    const { runtime, provider, hub } = made;
    expect(await provider.probe(never())).toMatchObject({
      state: 'down',
      detail: 'Xenova/tiny-t5 is not on this machine (the hub tells its size), and embedded.autoDownload is off',
    });
    await expect(provider.chat!(REPOSITORY, ONNX_CALL)).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
    expect(hub.requests).toEqual([]);
    await runtime.prepare(never(), true);
    expect(await runtime.isPresent()).toBe(true);
  });

  test('is never fetched where a setting forbids it, and the hub is not asked', async () => {
    await using made = await createOnnxRig({ autoDownload: false, downloadRefusal: 'environment: WOOSTER_LOCAL_ONLY' });
    expect(await made.provider.probe(never())).toMatchObject({
      state: 'down',
      remedy: 'put its files into Xenova/tiny-t5 in a folder of embedded.localDirectories, or lift that',
    });
    await expect(made.runtime.prepare(never(), true)).rejects.toMatchObject({
      code: 'E_PRIVACY',
      message: expect.stringMatching(/WOOSTER_LOCAL_ONLY forbids to fetch it; nothing was sent/),
    });
    expect(made.hub.requests).toEqual([]);
  });
});

describe('a folder of ONNX files as the embedded model', () => {
  test('goes by the name of the folder', async () => {
    await using made = await createOnnxRig({ model: '/models/my-model' });
    expect(made.runtime).toMatchObject({ modelId: 'my-model', ownFile: '/models/my-model' });
  });

  test('that lacks a file says which', async () => {
    await using made = await createOnnxRig({ model: '/nowhere/model' });
    expect(await made.provider.probe(never())).toMatchObject({
      state: 'misconfigured',
      code: 'E_FILE',
      detail: '/nowhere/model has no config.json',
      remedy: 'correct embedded.model',
    });
    await expect(made.runtime.prepare(never())).rejects.toMatchObject({
      code: 'E_FILE',
      message: expect.stringMatching(/has no config\.json; embedded\.model wants a folder with config\.json/),
    });
  });
});
