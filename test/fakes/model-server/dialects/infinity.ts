import { jsonReply, type Reply } from '../http/reply.ts';
import type { Dialect } from './dialect.ts';
import { byName, embeddingsRoute } from './openai-routes.ts';

/** The code is a number and the type null. */
const failed = (status: number, message: string): Reply =>
  jsonReply(status, { error: { message, type: null, param: null, code: status } });

const invalid = (field: string, message: string): Reply =>
  jsonReply(422, { detail: [{ type: 'value_error', loc: ['body', field], msg: message }] });

/** infinity as read in its source (0.0.77): paths without `/v1`, several models, 2048 inputs a request. */
export const infinity: Dialect = {
  publicPaths: ['/health'],
  failure: (_call, status, message) => failed(status, message),
  unauthorized: () => jsonReply(401, { detail: 'Unauthorized' }),
  notFound: () => jsonReply(404, { detail: 'Not Found' }),
  badJson: () => invalid('1', 'JSON decode error'),
  loading: () => failed(503, 'model not ready'),
  inBandForm: () => 'cut',
  routes: {
    'GET /health': () => jsonReply(200, { unix: Date.now() / 1000 }),
    'GET /models': (_call, world) =>
      jsonReply(200, {
        data: world.models.map((model) => ({
          id: model.id,
          stats: { queue_fraction: 0, queue_absolute: 0, results_pending: 0, batch_size: 32 },
          object: 'model',
          owned_by: 'infinity',
          created: 1_795_265_822,
          backend: 'torch',
          capabilities: ['embed'],
        })),
        object: 'list',
      }),
    'POST /embeddings': embeddingsRoute({
      canBase64: true,
      canCutDimensions: true,
      isNormalised: true,
      usage: 'counted',
      resolve: byName((_call, name) => failed(400, `Invalid model: ${name}`)),
      badInput: () => invalid('input', 'Input should be a valid string'),
      refuse: (_call, _model, texts) =>
        texts.length > 2048 ? invalid('input', 'List should have at most 2048 items') : undefined,
    }),
  },
};
