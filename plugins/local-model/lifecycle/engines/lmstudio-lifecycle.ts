import { CapabilityError, ModelNotFoundError, type LoadedModel, type ModelLifecycle } from 'wooster';
import { asNumber, asObject, asObjects, asText, defined, type JsonFields } from '../../client/dialects/json-fields.ts';
import type { LifecycleContext } from '../lifecycle-context.ts';
import { askServer, loadLimitMs } from './ask-server.ts';
import { pullFromLMStudio } from './lmstudio-pull.ts';

/** One downloaded model and what of it is in memory; each instance takes memory of its own. */
interface NativeModel {
  readonly key: string;
  readonly instances: readonly { readonly id: string; readonly contextTokens?: number }[];
}

function toNative(model: JsonFields): NativeModel | undefined {
  const key = asText(model.key);
  if (key === undefined) return undefined;
  const instances = asObjects(model.loaded_instances).map((instance) => ({
    id: asText(instance.id) ?? key,
    ...defined({ contextTokens: asNumber(asObject(instance.config)?.context_length) }),
  }));
  return { key, instances };
}

/** `/api/v1/models` came with LM Studio 0.4; before, only `/api/v0/models` tells what is in memory, and nothing unloads. */
async function nativeModels(context: LifecycleContext, signal: AbortSignal): Promise<readonly NativeModel[]> {
  const list = await askServer(context, { path: '/api/v1/models', signal });
  return asObjects(list.models)
    .map(toNative)
    .filter((model) => model !== undefined);
}

async function requireModel(context: LifecycleContext, model: string, signal: AbortSignal): Promise<NativeModel> {
  const found = (await nativeModels(context, signal)).find(
    ({ key, instances }) => key === model || instances.some(({ id }) => id === model),
  );
  if (found !== undefined) return found;
  const text = `${context.entry.id} at ${context.base.address}: no model ${model}; fetch it first, or check the name (wooster models)`;
  throw new ModelNotFoundError(text, { provider: context.entry.id, model });
}

/** Loading a model that is loaded makes a second instance of it, so it is looked at first. */
async function load(context: LifecycleContext, model: string, signal: AbortSignal): Promise<void> {
  const { key, instances } = await requireModel(context, model, signal);
  if (instances.length > 0) return;
  const { contextTokens } = context.entry.options;
  const wish = defined({ context_length: asNumber(contextTokens) });
  const limits = { totalMs: loadLimitMs(context) };
  await askServer(context, {
    path: '/api/v1/models/load',
    signal,
    model,
    limits,
    body: { model: key, ...wish },
  });
}

async function unload(context: LifecycleContext, model: string, signal: AbortSignal): Promise<void> {
  const { instances } = await requireModel(context, model, signal);
  for (const { id } of instances) {
    const limits = { totalMs: loadLimitMs(context) };
    await askServer(context, { path: '/api/v1/models/unload', signal, model, limits, body: { instance_id: id } });
  }
}

async function loaded(context: LifecycleContext, signal: AbortSignal): Promise<readonly LoadedModel[]> {
  try {
    return (await nativeModels(context, signal)).flatMap(({ key, instances: [first] }) =>
      first === undefined ? [] : [{ modelId: key, ...defined({ contextTokens: first.contextTokens }) }],
    );
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    const list = await askServer(context, { path: '/api/v0/models', signal });
    return asObjects(list.data).flatMap(({ id, state }) =>
      state === 'loaded' && asText(id) !== undefined ? [{ modelId: asText(id)! }] : [],
    );
  }
}

/** Load, unload, pull and list by LM Studio's native routes (0.4). */
export function lmstudioLifecycle(context: LifecycleContext): Required<ModelLifecycle> {
  return {
    load: (model, signal) => load(context, model, signal),
    unload: (model, signal) => unload(context, model, signal),
    loaded: (signal) => loaded(context, signal),
    pull: (model, pull) => pullFromLMStudio(context, model, pull),
  };
}
