import { describe, expect, test } from '@jest/globals';
import type { ActionPorts } from '../../../../plugins/local-model/actions/action-ports.ts';
import { setupAction } from '../../../../plugins/local-model/actions/setup.ts';
import { CHAT_WEIGHTS } from '../../../../plugins/local-model/catalogue/chat-weights.ts';
import { EMBEDDED_WEIGHTS } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import { LOCAL_PRINCIPAL } from '../../../../src/index.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { createTerminalDouble } from '../../../doubles/terminal-double.ts';
import { createOnnxRig, REPOSITORY, type OnnxRig } from '../runtime/onnx-rig.ts';

/** Runs `setup` for a configured model of ONNX files, and shows it as a person sees it. */
async function setUp({ runtime }: OnnxRig, args: object = {}) {
  const ports = {
    settings: { embedded: { model: REPOSITORY } },
    extensions: createExtensionsDouble([[EMBEDDED_WEIGHTS, CHAT_WEIGHTS]]),
  } as unknown as ActionPorts;
  const action = setupAction(ports, runtime);
  const notes: string[] = [];
  const result: unknown = await action.run(action.args.parse(args), {
    signal: new AbortController().signal,
    progress: { update: () => {}, note: (text: string) => void notes.push(text), finish: () => {} },
    principal: LOCAL_PRINCIPAL,
    terminal: createTerminalDouble(),
  });
  action.result.parse(result);
  return { notes, text: (await action.render?.(result, { width: 120, hasColor: false })) ?? '' };
}

describe('setup with a model of ONNX files', () => {
  test('lists it beside the catalogue, its size once it is here', async () => {
    await using made = await createOnnxRig();
    expect((await setUp(made, { list: true })).text).toMatch(
      /Xenova\/tiny-t5 \* +chat +Xenova\/tiny-t5 +\? +see its model card/,
    );
    expect(made.hub.requests).toEqual([]);
    await setUp(made);
    expect((await setUp(made, { list: true })).text).toMatch(/Xenova\/tiny-t5 \* +chat +Xenova\/tiny-t5 +0 MB/);
  });

  test('fetches it, says before that the files are not pinned, and tells where it is', async () => {
    await using made = await createOnnxRig({ autoDownload: false });
    const { text, notes } = await setUp(made);
    expect(text).toMatch(/^The embedded model is ready: .*models.Xenova.tiny-t5$/);
    expect(notes).toEqual([
      expect.stringMatching(/^Xenova\/tiny-t5 is fetched from the model hub .*no model of Wooster's catalogue/),
    ]);
    expect((await setUp(made)).notes).toEqual([]);
  });
});
