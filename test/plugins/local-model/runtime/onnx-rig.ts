import { join } from 'node:path';
import { LOCAL_PRINCIPAL, type CallContext } from 'wooster';
import { CHAT_WEIGHTS } from '../../../../plugins/local-model/catalogue/chat-weights.ts';
import { EMBEDDED_WEIGHTS } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import { embedded } from '../../../../plugins/local-model/providers/embedded.ts';
import { EmbeddedRuntime } from '../../../../plugins/local-model/runtime/embedded-runtime.ts';
import type { EmbeddedSettings, Provider } from '../../../../src/index.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { FakeHub } from '../../../fakes/hub/fake-hub.ts';
import { tinyModelFiles } from '../../../fakes/onnx/tiny-chat-models.ts';
import { makeProvider, silentLog } from '../providers/preset-setup.ts';
import { temporaryFolder } from '../weights/store-under-test.ts';

/** The repository that the hub of the rig has. */
export const REPOSITORY = 'Xenova/tiny-t5';

/** A call with limits that a small model keeps. */
export const ONNX_CALL: CallContext = {
  parameters: {},
  limits: { connectMs: 5_000, loadMs: 20_000, firstTokenMs: 20_000, idleMs: 20_000, totalMs: 20_000 },
  principal: LOCAL_PRINCIPAL,
  attemptId: 'a',
  signal: new AbortController().signal,
};

/** An embedded model of ONNX files, with the hub it may come from. */
export interface OnnxRig extends AsyncDisposable {
  readonly runtime: EmbeddedRuntime;
  readonly provider: Provider;
  readonly hub: FakeHub;
  /** A folder of `embedded.localDirectories`. */
  readonly local: string;
}

/** Makes it; nothing is fetched or started before it is asked for. */
export async function createOnnxRig(settings: Partial<EmbeddedSettings> = {}): Promise<OnnxRig> {
  const folder = await temporaryFolder();
  const hub = await FakeHub.start({ name: REPOSITORY, files: tinyModelFiles({ kind: 'instruction' }) });
  const local = join(folder.path, 'mine');
  const runtime = new EmbeddedRuntime({
    settings: {
      isEnabled: true,
      model: REPOSITORY,
      contextTokens: 4_096,
      threads: 1,
      gpu: 'off',
      autoDownload: true,
      hubBaseUrl: hub.url,
      modelsDirectory: join(folder.path, 'models'),
      localDirectories: [local],
      ...settings,
    },
    cacheDirectory: folder.path,
    extensions: createExtensionsDouble([[EMBEDDED_WEIGHTS, CHAT_WEIGHTS]]),
    loadTimeoutMs: 20_000,
    log: silentLog,
  });
  const { provider, dispose } = makeProvider(embedded(runtime));
  return {
    runtime,
    provider,
    hub,
    local,
    [Symbol.asyncDispose]: async () => {
      await dispose();
      await runtime.dispose();
      await hub.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
