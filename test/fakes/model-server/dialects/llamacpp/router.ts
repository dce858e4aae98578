import type { Call } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import { askedModel, can, findModel, type World } from '../../world.ts';
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
      value: model.isLoaded ? 'loaded' : 'unloaded',
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

/** `POST /models/load`. */
export function routerLoad(call: Call, world: World, fail: Fail): Reply {
  const model = findModel(world, askedModel(call));
  if (world.options.isRouter !== true) return fail(404, 'File Not Found');
  if (model === undefined) return fail(400, 'model is not found');
  model.isLoaded = true;
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
