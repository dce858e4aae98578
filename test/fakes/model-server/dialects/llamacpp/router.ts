import type { Call } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import { askedModel, can, findModel, type ServedModel, type World } from '../../world.ts';
import { loadedMeta } from './about.ts';

const json = { 'Content-Type': 'application/json; charset=utf-8', Server: 'llama.cpp' };

type Fail = (status: number, message: string) => Reply;

/** `/models` of a llama-server started without a model. */
export function routerModels(_call: Call, world: World, headers: Record<string, string>): Reply {
  const data = world.models.map((model) => ({
    id: model.id,
    aliases: [],
    tags: [],
    object: 'model',
    owned_by: 'llamacpp',
    created: 1_795_265_317,
    status: {
      ...stateOf(world, model),
      args: ['llama-server', '--alias', model.id, '--model', `${model.id}.gguf`],
      preset: `[${model.id}]\nmodel = ${model.id}.gguf\n\n`,
    },
    architecture: {
      input_modalities: can(model, 'vision') ? ['text', 'image'] : ['text'],
      output_modalities: ['text'],
    },
    source: 'models_dir',
    can_remove: false,
    ...(model.isLoaded ? { meta: loadedMeta(model) } : {}),
  }));
  return jsonReply(200, { data, object: 'list' }, headers);
}

/** `/props` of a llama-server started without a model (b10068). */
export function routerProps(_call: Call, _world: World, headers: Record<string, string>): Reply {
  return jsonReply(
    200,
    {
      role: 'router',
      max_instances: 4,
      models_autoload: true,
      model_alias: 'llama-server',
      model_path: 'none',
      default_generation_settings: { params: null, n_ctx: 0 },
      ui_settings: {},
      build_info: 'b1-571d0d5',
      cors_proxy_enabled: false,
    },
    headers,
  );
}

/** Models that were told to load; each look at the list brings them a step further. */
const loading = new WeakMap<World['models'], Set<string>>();

/** A model is `loading` for one look; one whose name begins with `broken` ends then with an exit code. */
function stateOf(world: World, model: ServedModel): Record<string, unknown> {
  const begun = loading.get(world.models);
  if (begun?.delete(model.id) !== true) {
    const hasFailed = model.id.startsWith('broken') && begun !== undefined;
    return hasFailed
      ? { value: 'unloaded', failed: true, exit_code: 1 }
      : { value: model.isLoaded ? 'loaded' : 'unloaded' };
  }
  model.isLoaded = !model.id.startsWith('broken');
  return { value: 'loading' };
}

/** `POST /models/load`: answered at once, loaded later; refused where the limit of models is reached. */
export function routerLoad(call: Call, world: World, fail: Fail): Reply {
  const model = findModel(world, askedModel(call));
  if (world.options.isRouter !== true) return fail(404, 'File Not Found');
  if (model === undefined) return fail(400, 'model is not found');
  const inMemory = world.models.filter(({ isLoaded }) => isLoaded).length;
  if (inMemory >= (world.options.maxLoaded ?? Infinity)) return fail(500, 'model limit reached, try again later');
  loading.set(world.models, (loading.get(world.models) ?? new Set()).add(model.id));
  return jsonReply(200, { success: true }, json);
}

/** `POST /models/unload`; a model that is not loaded is an error. */
export function routerUnload(call: Call, world: World, fail: Fail): Reply {
  const model = findModel(world, askedModel(call));
  if (world.options.isRouter !== true) return fail(404, 'File Not Found');
  if (model === undefined) return fail(400, 'model is not found');
  if (!model.isLoaded) return fail(400, 'model is not loaded');
  model.isLoaded = false;
  return jsonReply(200, { success: true }, json);
}
