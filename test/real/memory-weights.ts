import { dirname } from 'node:path';
import { CHAT_WEIGHTS } from '../../plugins/local-model/catalogue/chat-weights.ts';
import { PipClient } from '../../plugins/local-model/weights/packages/pip-client.ts';
import { WeightsStore } from '../../plugins/local-model/weights/weights-store.ts';
import { modelPath, type RealModel } from './servers/installation.ts';

const IDS: Readonly<Partial<Record<RealModel, string>>> = {
  'smollm2-135m': 'smollm2-135m-instruct-q4_1',
  'qwen2.5-coder-0.5b': 'qwen2.5-coder-0.5b-instruct-q4_k_m',
  'qwen2.5-coder-1.5b': 'qwen2.5-coder-1.5b-instruct',
};

/** Fetches the weights of a chat model into the user's cache where they are not there, and checks them. */
export async function ensureWeights(model: RealModel): Promise<void> {
  const id = IDS[model];
  if (id === undefined) throw new Error(`${model} is no chat model with weights of the catalogue`);
  const store = new WeightsStore({
    entries: () => CHAT_WEIGHTS,
    directory: dirname(modelPath(model)),
    localDirectories: [],
    allowDownload: true,
    registry: new PipClient(),
  });
  await store.ensure(id);
}
