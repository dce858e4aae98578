import { join } from 'node:path';
import { OnnxStore } from '../../../../../plugins/local-model/weights/onnx/onnx-store.ts';
import { FakeHub, type FakeRepository, type HubMove } from '../../../../fakes/hub/fake-hub.ts';
import { recorder, seededBytes, temporaryFolder } from '../store-under-test.ts';

/** The repository that the hub of the rig has. */
export const REPOSITORY = 'Xenova/tiny';
/** A file of JSON. */
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
/** The configuration of a model that turns one text into another. */
export const T5 = json({ model_type: 't5', is_encoder_decoder: true, n_positions: 512 });
/** What lies beside the weights. */
export const SMALL = new Map([
  ['config.json', T5],
  ['tokenizer.json', json({ model: {} })],
  ['tokenizer_config.json', json({})],
]);
export const ENCODER = seededBytes(60_000, 'encoder');
export const DECODER = seededBytes(90_000, 'decoder');
/** A whole repository, in both forms of numbers. */
export const WHOLE = new Map([
  ...SMALL,
  ['onnx/encoder_model_quantized.onnx', ENCODER],
  ['onnx/decoder_model_merged_quantized.onnx', DECODER],
  ['onnx/encoder_model.onnx', seededBytes(1_000, 'full encoder')],
  ['onnx/decoder_model_merged.onnx', seededBytes(1_000, 'full decoder')],
]);

type StoreOptions = ConstructorParameters<typeof OnnxStore>[0];

/** A store beside a hub that has one repository. */
export async function createStoreRig(
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
