import type { HealthReport } from 'wooster';
import type { ChatFacts, EmbeddedPort } from './embedded-port.ts';

const SETUP = 'run "wooster setup"';

/** A look, without the time it took. */
type Look = Omit<HealthReport, 'latencyMs'>;

/** Why a model is not fetched, and what helps: `setup` does where downloads are only not automatic, not where they are forbidden. */
export function whyNoDownload(
  { downloadRefusal }: EmbeddedPort,
  modelId: string,
): { readonly reason: string; readonly remedy: string } {
  if (downloadRefusal === undefined) {
    return { reason: 'embedded.autoDownload is off', remedy: `${SETUP}, or set embedded.autoDownload to true` };
  }
  const what = modelId.includes('/') ? `its files into ${modelId} in` : 'the file into';
  const remedy = `put ${what} a folder of embedded.localDirectories, or lift that`;
  return { reason: `${downloadRefusal} forbids downloads`, remedy };
}

/** Only the hub knows the size of a repository that is not in the catalogue. */
function sizeOf({ bytes }: ChatFacts): string {
  return bytes === undefined ? 'the hub tells its size' : `${Math.ceil(bytes / 1e6)} MB`;
}

/** How the chat model stands, by a look at the disk. */
export async function lookAtChat(port: EmbeddedPort): Promise<Look> {
  const { modelId, mayDownload } = port;
  const entry = await port.entry();
  const engine = { name: entry?.engine ?? 'node-llama-cpp' };
  if (entry === undefined) {
    const detail = `the catalogue has no embedded model ${modelId}`;
    return {
      state: 'misconfigured',
      code: 'E_MODEL_NOT_FOUND',
      detail,
      remedy: 'set embedded.model to a listed one',
    };
  }
  if (port.ownFile !== undefined && entry.bytes === undefined) {
    const { missing } = entry;
    const detail = missing === undefined ? `there is no file ${port.ownFile}` : `${port.ownFile} has no ${missing}`;
    return { state: 'misconfigured', code: 'E_FILE', engine, detail, remedy: 'correct embedded.model' };
  }
  if (await port.isPresent()) {
    const detail = `${entry.title}, ${port.isRunning() ? 'running' : 'starts with the first question'}`;
    return { state: 'ready', engine, detail };
  }
  const size = port.ownFile === undefined ? sizeOf(entry) : 'its engine';
  if (mayDownload) {
    // The router may choose it: the first question fetches it and waits.
    return {
      state: 'ready',
      engine,
      detail: `${entry.title}, fetched with the first question (${size})`,
      remedy: `${SETUP} to fetch it now`,
    };
  }
  const { reason, remedy } = whyNoDownload(port, modelId);
  const detail = `${entry.title} is not on this machine (${size}), and ${reason}`;
  return { state: 'down', code: 'E_MODEL_NOT_FOUND', engine, detail, remedy };
}

/** Whether an embedder is here, or may be fetched when first used. */
export async function hasEmbedder({ embedders, mayDownload }: EmbeddedPort): Promise<boolean> {
  if (embedders === undefined) return false;
  const offered = await embedders.offered();
  if (mayDownload) return offered.length > 0;
  const here = await Promise.all(offered.map(({ id }) => embedders.isPresent(id)));
  return here.includes(true);
}

/** A provider whose chat model cannot serve is still there for its embedders; the chat model is then not listed. */
export async function lookAtAll(port: EmbeddedPort): Promise<Look> {
  const chat = await lookAtChat(port);
  if (chat.state === 'ready' || !(await hasEmbedder(port))) return chat;
  return { state: 'ready', detail: `embeddings only: ${chat.detail}`, remedy: chat.remedy };
}
