import { bodyReply } from '../../http/reply.ts';
import { askedModel, can, findModel, withTag, type ServedModel } from '../../world.ts';
import type { Route } from '../dialect.ts';
import { isOld, ollamaFailure, ollamaJson } from './replies.ts';

function details(model: ServedModel, isFull: boolean): Record<string, unknown> {
  const family = can(model, 'completion') ? 'llama' : 'bert';
  return {
    parent_model: `${model.id}.gguf`,
    format: 'gguf',
    family,
    families: [family],
    parameter_size: '134.52M',
    quantization_level: 'Q4_1',
    ...(isFull ? { context_length: model.contextLength, embedding_length: model.dimensions } : {}),
  };
}

function remote(model: ServedModel): Record<string, string> {
  return model.remoteHost === undefined ? {} : { remote_model: model.id, remote_host: model.remoteHost };
}

/** `/api/tags`. */
export const tags: Route = (_call, world) =>
  ollamaJson(200, {
    models: world.models.map((model) => ({
      name: withTag(model.id),
      model: withTag(model.id),
      ...remote(model),
      modified_at: '2026-11-21T12:34:46.665778876Z',
      size: model.sizeBytes,
      digest: model.digest,
      details: details(model, !isOld(world)),
      ...(isOld(world) ? {} : { capabilities: model.capabilities }),
    })),
  });

/** `/api/ps`. */
export const running: Route = (_call, world) =>
  ollamaJson(200, {
    models: world.models
      .filter((model) => model.isLoaded)
      .map((model) => ({
        name: withTag(model.id),
        model: withTag(model.id),
        size: model.sizeBytes,
        digest: model.digest,
        details: details(model, false),
        expires_at: model.expiresAt.toISOString(),
        size_vram: 0,
        context_length: model.contextLength,
      })),
  });

/** `/api/show`. */
export const show: Route = (call, world) => {
  const name = askedModel(call);
  const model = findModel(world, name);
  if (model === undefined) return ollamaFailure(call, 404, `model '${withTag(name)}' not found`);
  const family = can(model, 'completion') ? 'llama' : 'bert';
  return ollamaJson(200, {
    modelfile: `FROM ${withTag(model.id)}\n`,
    parameters: `num_ctx                        ${model.contextLength}`,
    template: '{{ .Prompt }}',
    ...remote(model),
    details: details(model, false),
    model_info: {
      'general.architecture': family,
      'general.parameter_count': 134_515_008,
      [`${family}.context_length`]: model.contextLength,
      [`${family}.embedding_length`]: model.dimensions,
    },
    capabilities: model.capabilities,
    modified_at: '2026-11-21T12:34:46.665778876Z',
  });
};

/** `/api/delete`. */
export const remove: Route = (call, world) => {
  const name = askedModel(call);
  const model = findModel(world, name);
  if (model === undefined) return ollamaFailure(call, 404, `model '${name}' not found`);
  world.models.splice(world.models.indexOf(model), 1);
  return bodyReply(200, {}, '');
};
