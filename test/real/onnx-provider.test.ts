import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ANSWER, writeTinyModel } from '../fakes/onnx/tiny-chat-models.ts';
import { createOnnxRig, ONNX_CALL, REPOSITORY } from '../plugins/local-model/runtime/onnx-rig.ts';
import { temporaryFolder } from '../plugins/local-model/weights/store-under-test.ts';

const MINUTES = 60_000;

describe('the embedded provider with a model of ONNX files', () => {
  test(
    'fetches a repository of the hub, answers, and tells that it runs',
    async () => {
      await using made = await createOnnxRig();
      const answer = await (await made.provider.chat!(REPOSITORY, ONNX_CALL)).invoke('hello');
      expect(answer.text).toBe(ANSWER.join(' '));
      expect(answer.usage_metadata).toMatchObject({ input_tokens: 2, output_tokens: ANSWER.length });
      const signal = new AbortController().signal;
      expect(await made.provider.probe(signal)).toMatchObject({ state: 'ready', detail: 'Xenova/tiny-t5, running' });
      expect(await made.provider.lifecycle?.loaded?.(signal)).toEqual([{ modelId: REPOSITORY }]);
    },
    MINUTES,
  );

  test(
    'answers from a folder of the user',
    async () => {
      await using folder = await temporaryFolder();
      const model = join(folder.path, 'my-model');
      await writeTinyModel(model, { kind: 'dialogue' });
      await using made = await createOnnxRig({ model, autoDownload: false });
      expect((await (await made.provider.chat!('my-model', ONNX_CALL)).invoke('hello')).text).toBe(ANSWER.join(' '));
      expect(made.hub.requests).toEqual([]);
    },
    MINUTES,
  );
});
