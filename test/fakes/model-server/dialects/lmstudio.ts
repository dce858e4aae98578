import type { OpenAiFlavour } from '../answers/openai-answer.ts';
import { isRecord, type Call } from '../http/call.ts';
import { jsonReply, send, streamReply, type Reply } from '../http/reply.ts';
import { askedModel, can, findModel, type ServedModel, type World } from '../world.ts';
import type { Dialect, Route } from './dialect.ts';
import { downloadStatus, startDownload } from './lmstudio-downloads.ts';
import { chatRoute, embeddingsRoute, overflow } from './openai-routes.ts';

const flavour: OpenAiFlavour = {
  makeId: (number) => `chatcmpl-${String(number).padStart(22, 'z')}`,
  fingerprint: 'fake',
  roleIn: 'first-token',
  closingDelta: {},
  emptyContent: '',
  reasoningField: 'reasoning_content',
  toolCallsStreamed: 'pieces',
  hasUsageDetails: false,
  usageChunkObject: 'chat.completion.chunk',
  canStreamUsage: true,
  hasTimings: false,
  isSpaced: false,
};

/** Many refusals are flat. */
const flat = (status: number, message: string): Reply => jsonReply(status, { error: message });

const nested = (status: number, message: string, code: string | null): Reply =>
  jsonReply(status, { error: { message, type: 'invalid_request_error', param: 'model', code } });

/** A lone loaded model answers any name. */
function resolve(call: Call, world: World): { model: ServedModel; name: string } | Reply {
  const name = askedModel(call);
  const known = findModel(world, name);
  if (known !== undefined) return { model: known, name };
  const loaded = world.models.filter((model) => model.isLoaded);
  const only = loaded.length === 1 ? loaded[0] : undefined;
  if (only !== undefined) return { model: only, name: only.id };
  if (loaded.length === 0)
    return nested(
      404,
      "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
      null,
    );
  return nested(404, `Model ${name} not found`, 'model_not_found');
}

function refuse(call: Call, model: ServedModel): Reply | undefined {
  const format = call.body['response_format'];
  if (isRecord(format) && format['type'] === 'json_object') {
    return flat(400, "'response_format.type' must be 'json_schema' or 'text'");
  }
  if (overflow(call, model) === undefined) return undefined;
  const message = `The number of tokens to keep from the initial prompt is greater than the context length (n_ctx: ${model.contextLength}).`;
  if (call.body['stream'] !== true) return flat(400, message);
  const event = `event: error\ndata: ${JSON.stringify({ error: { message } })}\n\n`;
  return streamReply({ 'Content-Type': 'text/event-stream' }, [send('token', event)]);
}

const v0Models: Route = (_call, world) =>
  jsonReply(200, {
    object: 'list',
    data: world.models.map((model) => ({
      id: model.id,
      object: 'model',
      type: can(model, 'embedding') ? 'embeddings' : can(model, 'vision') ? 'vlm' : 'llm',
      publisher: 'fake',
      arch: 'llama',
      compatibility_type: 'gguf',
      quantization: 'Q4_K_M',
      state: model.isLoaded ? 'loaded' : 'not-loaded',
      max_context_length: model.contextLength,
      ...(can(model, 'tools') ? { capabilities: ['tool_use'] } : {}),
    })),
  });

const v1Models: Route = (_call, world) =>
  jsonReply(200, {
    models: world.models.map((model) => ({
      type: can(model, 'embedding') ? 'embedding' : 'llm',
      publisher: 'fake',
      key: model.id,
      display_name: model.id,
      architecture: 'llama',
      quantization: { name: 'Q4_K_M', bits_per_weight: 4 },
      size_bytes: model.sizeBytes,
      params_string: '135M',
      loaded_instances: model.isLoaded
        ? [{ id: model.id, config: { context_length: model.contextLength, parallel: 4 } }]
        : [],
      max_context_length: model.contextLength,
      format: 'gguf',
      capabilities: { vision: can(model, 'vision'), trained_for_tool_use: can(model, 'tools') },
    })),
  });

const load: Route = (call, world) => {
  const model = findModel(world, askedModel(call));
  if (model === undefined) return nested(404, `Model ${askedModel(call)} not found`, 'model_not_found');
  model.isLoaded = true;
  return jsonReply(200, {
    type: can(model, 'embedding') ? 'embedding' : 'llm',
    instance_id: model.id,
    load_time_seconds: 0.5,
    status: 'loaded',
  });
};

const unload: Route = (call, world) => {
  const model = findModel(world, call.body['instance_id']);
  if (model === undefined) return nested(404, 'instance not found', 'model_not_found');
  model.isLoaded = false;
  return jsonReply(200, { instance_id: model.id });
};

/** LM Studio as documented for 0.4; vectors are always floats and usage of embeddings is zero. */
export const lmstudio: Dialect = {
  publicPaths: [],
  failure: (_call, status, message) => flat(status, message),
  unauthorized: () => flat(401, 'Malformed or missing API token'),
  notFound: (call) => flat(200, `Unexpected endpoint or method. (${call.method} ${call.path})`),
  badJson: () => flat(400, 'Invalid JSON'),
  loading: 'blocks',
  inBandForm: () => 'event',
  routes: {
    'GET /v1/models': (_call, world) =>
      jsonReply(200, {
        data: world.models.map((model) => ({ id: model.id, object: 'model', owned_by: 'organization_owner' })),
        object: 'list',
      }),
    'GET /api/v0/models': v0Models,
    'GET /api/v1/models': v1Models,
    'POST /api/v1/models/load': load,
    'POST /api/v1/models/unload': unload,
    'POST /api/v1/models/download': startDownload,
    'GET /api/v1/models/download/status/*': downloadStatus,
    'POST /v1/chat/completions': chatRoute({ flavour, resolve, refuse }),
    'POST /v1/embeddings': embeddingsRoute({
      canBase64: false,
      canCutDimensions: false,
      isNormalised: true,
      usage: 'zero',
      resolve,
      badInput: () => flat(400, "'input' field must be a string or an array of strings"),
    }),
  },
};
