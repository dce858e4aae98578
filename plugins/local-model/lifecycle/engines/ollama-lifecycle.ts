import { CapabilityError, type LoadedModel, type ModelLifecycle } from 'wooster';
import { asNumber, asObjects, asText, defined, type JsonFields } from '../../client/dialects/json-fields.ts';
import type { LifecycleContext } from '../lifecycle-context.ts';
import { askServer, loadLimitMs } from './ask-server.ts';
import { pullFromOllama } from './ollama-pull.ts';
import { waitForState } from './wait-for-state.ts';

/** Ollama adds `:latest` to a name without a tag. */
function isSame(listed: string, wanted: string): boolean {
  return listed === wanted || listed === `${wanted}:latest`;
}

/** `/api/ps` gives `expires_at` in the far future for a model that is kept for ever (`keep_alive: -1`). */
function toLoaded(model: JsonFields): LoadedModel | undefined {
  const modelId = asText(model.model) ?? asText(model.name);
  if (modelId === undefined) return undefined;
  const expiresAt = Date.parse(asText(model.expires_at) ?? '');
  // A size of 0 is one that Ollama has not reckoned (0.32 where its llama-server tells no memory).
  const sizeBytes = asNumber(model.size) || undefined;
  const facts = {
    sizeBytes,
    vramBytes: sizeBytes === undefined ? undefined : asNumber(model.size_vram),
    contextTokens: asNumber(model.context_length),
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
  };
  return { modelId, ...defined(facts) };
}

async function loaded(context: LifecycleContext, signal: AbortSignal): Promise<readonly LoadedModel[]> {
  const list = await askServer(context, { path: '/api/ps', signal });
  return asObjects(list.models)
    .map(toLoaded)
    .filter((model) => model !== undefined);
}

/** A prompt that is not there loads; a model for embeddings has no prompts and is loaded by no texts. */
async function load(context: LifecycleContext, model: string, signal: AbortSignal): Promise<void> {
  const { keepAlive } = context.entry.options;
  const wish = { model, ...(keepAlive !== undefined && { keep_alive: keepAlive }) };
  const limits = { totalMs: loadLimitMs(context) };
  try {
    await askServer(context, { path: '/api/generate', signal, model, limits, body: { ...wish, stream: false } });
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    await askServer(context, { path: '/api/embed', signal, model, limits, body: { ...wish, input: [] } });
  }
}

/** Answered before the memory is free, so it is looked at until it is. */
async function unload(context: LifecycleContext, model: string, signal: AbortSignal): Promise<void> {
  await askServer(context, {
    path: '/api/generate',
    signal,
    model,
    limits: { totalMs: loadLimitMs(context) },
    body: { model, keep_alive: 0, stream: false },
  });
  const isGone = async (): Promise<boolean> =>
    !(await loaded(context, signal)).some(({ modelId }) => isSame(modelId, model));
  await waitForState(context, { signal, what: `${model} to be unloaded`, isReached: isGone });
}

/** Load, unload, pull and list by Ollama's own routes (0.33). */
export function ollamaLifecycle(context: LifecycleContext): Required<ModelLifecycle> {
  return {
    load: (model, signal) => load(context, model, signal),
    unload: (model, signal) => unload(context, model, signal),
    loaded: (signal) => loaded(context, signal),
    pull: (model, pull) => pullFromOllama(context, model, pull),
  };
}
