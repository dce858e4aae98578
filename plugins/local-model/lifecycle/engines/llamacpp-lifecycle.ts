import {
  BusyError,
  isWoosterError,
  ModelNotFoundError,
  ProviderServerError,
  type LoadedModel,
  type ModelLifecycle,
} from 'wooster';
import { asNumber, asObject, asObjects, asText, defined, type JsonFields } from '../../client/dialects/json-fields.ts';
import type { LifecycleContext } from '../lifecycle-context.ts';
import { askServer, loadLimitMs } from './ask-server.ts';
import { waitForState } from './wait-for-state.ts';

/** One model of a router; a server of one model tells no state, and has it in memory. */
interface RoutedModel {
  readonly id: string;
  readonly state: string;
  readonly hasFailed: boolean;
  readonly contextTokens?: number;
}

function toRouted(model: JsonFields): RoutedModel | undefined {
  const id = asText(model.id);
  if (id === undefined) return undefined;
  const status = asObject(model.status);
  const state = asText(status?.value) ?? 'loaded';
  // A model whose process ended badly is `failed`, or `unloaded` with its exit code, by version.
  const hasFailed = state === 'failed' || status?.failed === true || (asNumber(status?.exit_code) ?? 0) !== 0;
  return { id, state, hasFailed, ...defined({ contextTokens: asNumber(asObject(model.meta)?.n_ctx) }) };
}

async function models(context: LifecycleContext, signal: AbortSignal): Promise<readonly RoutedModel[]> {
  const list = await askServer(context, { path: '/models', signal });
  return asObjects(list.data)
    .map(toRouted)
    .filter((model) => model !== undefined);
}

async function requireModel(context: LifecycleContext, model: string, signal: AbortSignal): Promise<RoutedModel> {
  const found = (await models(context, signal)).find(({ id }) => id === model);
  if (found !== undefined) return found;
  const text = `${context.entry.id} at ${context.base.address}: no model ${model}; it serves the models it was started with (wooster models)`;
  throw new ModelNotFoundError(text, { provider: context.entry.id, model });
}

function isInMemory({ state }: RoutedModel): boolean {
  return state === 'loaded' || state === 'sleeping';
}

/** A router at its limit refuses to load one more by `/models/load` (500), where a chat would put another out. */
async function startLoading(context: LifecycleContext, model: string, signal: AbortSignal): Promise<void> {
  try {
    const limits = { totalMs: loadLimitMs(context) };
    await askServer(context, { path: '/models/load', signal, model, limits, body: { model } });
  } catch (error) {
    if (!isWoosterError(error) || !/model limit reached/i.test(error.message)) throw error;
    const others = (await models(context, signal)).filter(isInMemory).map(({ id }) => id);
    const text = `${context.entry.id} at ${context.base.address}: no place for ${model} beside ${others.join(', ')}; unload one, or start it with a larger --models-max`;
    throw new BusyError(text, { provider: context.entry.id, model, cause: error });
  }
}

async function load(context: LifecycleContext, model: string, signal: AbortSignal): Promise<void> {
  const before = await requireModel(context, model, signal);
  if (isInMemory(before)) return;
  if (before.state !== 'loading') await startLoading(context, model, signal);
  let hasBegun = false;
  const isReached = async (): Promise<boolean> => {
    const now = await requireModel(context, model, signal);
    hasBegun ||= now.state === 'loading';
    // A failure of an earlier load is told until this one has begun.
    if (now.hasFailed && (hasBegun || !before.hasFailed)) throw notLoaded(context, model);
    return isInMemory(now);
  };
  await waitForState(context, { signal, what: `${model} to load`, isReached });
}

function notLoaded(context: LifecycleContext, model: string): ProviderServerError {
  const text = `${context.entry.id} at ${context.base.address}: ${model} could not be loaded; look into its log, it may need more memory`;
  return new ProviderServerError(text, { provider: context.entry.id, model });
}

async function unload(context: LifecycleContext, model: string, signal: AbortSignal): Promise<void> {
  const before = await requireModel(context, model, signal);
  // Refused for a model that is not loaded; there is nothing to do then.
  if (!isInMemory(before) && before.state !== 'loading') return;
  await askServer(context, { path: '/models/unload', signal, model, body: { model } });
  const isReached = async (): Promise<boolean> => {
    const { state } = await requireModel(context, model, signal);
    return state === 'unloaded' || state === 'failed';
  };
  await waitForState(context, { signal, what: `${model} to be unloaded`, isReached });
}

async function loaded(context: LifecycleContext, signal: AbortSignal): Promise<readonly LoadedModel[]> {
  return (await models(context, signal))
    .filter(isInMemory)
    .map(({ id, contextTokens }) => ({ modelId: id, ...defined({ contextTokens }) }));
}

/** Load and unload of a llama-server that routes to several models (b10068); one of a single model has no such routes. */
export function llamacppLifecycle(context: LifecycleContext): Required<Omit<ModelLifecycle, 'pull'>> {
  return {
    load: (model, signal) => load(context, model, signal),
    unload: (model, signal) => unload(context, model, signal),
    loaded: (signal) => loaded(context, signal),
  };
}
