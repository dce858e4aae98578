import { InterruptedStreamError, isLoopbackHost, isWoosterError, type PullContext } from 'wooster';
import { asNumber, asObject, asText } from '../../client/dialects/json-fields.ts';
import type { LifecycleContext } from '../lifecycle-context.ts';
import { LayeredProgress } from '../pull/layered-progress.ts';
import { modelFolder, requirePullRoom } from '../pull/pull-room.ts';
import { callWith } from './ask-server.ts';

/** A pull may take hours, but not stand still: Ollama tells its progress about every 60 ms. */
const LIMITS = { totalMs: 24 * 3600_000, firstTokenMs: 60_000, idleMs: 60_000 };

/** A pull that broke off after it had brought something is asked for again so many times in a row. */
const MAX_RESUMES = 5;

/** Where Ollama keeps models: of the user, and of the service that its installer makes on Linux. */
const USUAL_FOLDERS = { folders: ['.ollama/models', '/usr/share/ollama/.ollama/models'], variable: 'OLLAMA_MODELS' };

/** What the pulls of one model have in common. */
interface OllamaPull {
  readonly context: LifecycleContext;
  readonly model: string;
  readonly pull: PullContext;
  readonly layers: LayeredProgress;
}

/** A repository of the hub has one tag for each quantisation; the library of Ollama has names of its own for them. */
function withQuantization(model: string, quantization: string | undefined): string {
  const [path, tag] = splitTag(model);
  const isOfHub = /^(https?:\/\/)?(hf\.co|huggingface\.co)\//.test(path);
  return quantization === undefined || tag !== undefined || !isOfHub ? model : `${path}:${quantization.toUpperCase()}`;
}

function splitTag(model: string): readonly [string, string?] {
  const mark = model.lastIndexOf(':');
  return mark > model.lastIndexOf('/') ? [model.slice(0, mark), model.slice(mark + 1)] : [model];
}

/** A registry on this machine has no certificate; Ollama asks it without one only when it is told to. */
function isLocalRegistry(model: string): boolean {
  const url = model.startsWith('http://') ? URL.parse(model) : null;
  return url !== null && isLoopbackHost(url.hostname);
}

/** The server gave up, or the way to it broke; what it has fetched is kept, and it goes on from there. */
function isCut(error: unknown): boolean {
  return isWoosterError(error) && (error.code === 'E_INTERRUPTED' || error.code === 'E_UNREACHABLE');
}

/**
 * Pulls by `/api/pull`, one JSON value a line. An error is told in a line under 200; without `success` the pull is not
 * done. Leaving the stream closes the connection, and with it Ollama ends the pull.
 */
export async function pullFromOllama(context: LifecycleContext, name: string, pull: PullContext): Promise<void> {
  const model = withQuantization(name, pull.quantization);
  const job: OllamaPull = { context, model, pull, layers: new LayeredProgress() };
  for (let resumes = 0; ; resumes += 1) {
    const before = job.layers.bytes.done;
    try {
      return await pullOnce(job);
    } catch (error) {
      const isFruitful = job.layers.bytes.done > before;
      if (!isCut(error) || !isFruitful || resumes >= MAX_RESUMES) throw error;
    }
  }
}

async function pullOnce({ context, model, pull, layers }: OllamaPull): Promise<void> {
  const folder = modelFolder(context, USUAL_FOLDERS);
  const call = callWith(context, pull.signal, LIMITS);
  const body = { model, ...(isLocalRegistry(model) && { insecure: true }) };
  for await (const value of context.client.readLines('/api/pull', call, body)) {
    const line = asObject(value) ?? {};
    const status = asText(line.status) ?? 'pulling';
    if (status === 'success') {
      layers.complete();
      return pull.onProgress({ label: status, ...layers.bytes });
    }
    const [layer, total] = [asText(line.digest), asNumber(line.total)];
    // `completed` is left out where it is 0.
    const isLarger = layer !== undefined && layers.add(layer, asNumber(line.completed) ?? 0, total ?? 0);
    if (isLarger) await requirePullRoom(context, folder, { model, neededBytes: layers.missingBytes });
    pull.onProgress({ label: layer === undefined ? status : `pulling ${model}`, ...layers.bytes });
  }
  const { done } = layers.bytes;
  const text = `${context.entry.id} at ${context.base.address}: pulling ${model} broke off after ${done} bytes; pull it again, it goes on from there`;
  throw new InterruptedStreamError(text, { provider: context.entry.id, model });
}
