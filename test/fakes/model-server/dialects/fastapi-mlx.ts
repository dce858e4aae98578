import type { OpenAiFlavour } from '../answers/openai-answer.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { World } from '../world.ts';
import type { Dialect, Route } from './dialect.ts';
import { anyName, chatRoute, embeddingsRoute } from './openai-routes.ts';

const flavour: OpenAiFlavour = {
  makeId: (number) => `chatcmpl-${String(number).padStart(32, '0')}`,
  roleIn: 'every-chunk',
  closingDelta: { role: 'assistant' },
  emptyContent: '',
  reasoningField: 'reasoning',
  toolCallsStreamed: 'whole',
  hasUsageDetails: false,
  usageChunkObject: 'chat.completion.chunk',
  canStreamUsage: true,
  hasTimings: false,
  isSpaced: false,
};

const server = { Server: 'uvicorn' };

const failed = (status: number, message: string): Reply => jsonReply(status, { detail: message }, server);

const resolve = anyName(
  (_call, model) => model.id,
  () => failed(400, 'Failed to load model: none'),
);

/** What FastAPI tells of an application. */
function openapi(info: { title: string; version: string }): Route {
  return () => jsonReply(200, { openapi: '3.1.0', info, paths: {} }, server);
}

function models(_call: unknown, world: World): Reply {
  const data = world.models.map(({ id }) => ({ id, object: 'model', created: 1_795_265_822 }));
  return jsonReply(200, { object: 'list', data }, server);
}

function application(routes: Dialect['routes']): Dialect {
  return {
    publicPaths: ['/openapi.json'],
    failure: (_call, status, message) => failed(status, message),
    unauthorized: () => failed(401, 'Unauthorized'),
    notFound: () => failed(404, 'Not Found'),
    badJson: () => jsonReply(422, { detail: [{ type: 'json_invalid', loc: ['body', 1], msg: 'JSON decode error' }] }),
    loading: 'blocks',
    inBandForm: () => 'cut',
    routes: {
      'GET /v1/models': models,
      'POST /v1/chat/completions': chatRoute({ flavour, resolve }),
      'POST /v1/embeddings': embeddingsRoute({
        canBase64: false,
        canCutDimensions: false,
        isNormalised: true,
        usage: 'counted',
        resolve,
        badInput: () => jsonReply(422, { detail: [{ loc: ['body', 'input'], msg: 'Input should be a valid string' }] }),
      }),
      ...routes,
    },
  };
}

/** mlx-vlm's server as read in its source (0.6): health tells the loaded model. */
export const mlxVlm: Dialect = application({
  'GET /openapi.json': openapi({ title: 'MLX-VLM Inference API', version: '0.6.15' }),
  'GET /health': (_call, world) =>
    jsonReply(200, { status: 'healthy', loaded_model: world.models[0]?.id ?? null, loaded_adapter: null }, server),
});

/** mlx-omni-server as read in its source (0.5): no health route. */
export const mlxOmniServer: Dialect = application({
  'GET /openapi.json': openapi({ title: 'MLX Omni Server', version: '0.1.0' }),
});
