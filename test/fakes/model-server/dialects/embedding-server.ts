import { jsonReply, type Reply } from '../http/reply.ts';
import type { Dialect } from './dialect.ts';
import { byName, embeddingsRoute } from './openai-routes.ts';

const TYPES: Record<number, string> = { 401: 'authentication_error', 404: 'invalid_request_error' };

const failed = (status: number, message: string, code: string | null = null): Reply => {
  const type = TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  return jsonReply(status, { error: { message, type, param: null, code } });
};

/** Wooster's own embedding server (`scripts/embedding_server`): it owns its models by name and tells itself in its health. */
export const embeddingServer: Dialect = {
  publicPaths: ['/health'],
  failure: (_call, status, message) => failed(status, message),
  unauthorized: () => failed(401, 'the key is missing or wrong', 'invalid_api_key'),
  notFound: () => failed(404, 'there is no such route'),
  badJson: () => failed(400, 'the body is not JSON'),
  loading: 'blocks',
  inBandForm: () => 'cut',
  routes: {
    'GET /health': (_call, world) =>
      jsonReply(200, {
        status: 'ok',
        server: 'wooster-embedding-server',
        version: '0.1.0',
        backend: 'onnxruntime',
        loaded: world.models.filter(({ isLoaded }) => isLoaded).map(({ id }) => id),
      }),
    'GET /v1/models': (_call, world) =>
      jsonReply(200, {
        object: 'list',
        data: world.models.map(({ id, dimensions }) => ({
          id,
          object: 'model',
          created: 1_795_265_822,
          owned_by: 'wooster',
          meta: { name: id, dimensions },
        })),
        unusable: [],
      }),
    'POST /v1/embeddings': embeddingsRoute({
      canBase64: true,
      canCutDimensions: true,
      isNormalised: true,
      usage: 'counted',
      resolve: byName((_call, name) => failed(404, `there is no model ${name}`, 'model_not_found')),
      badInput: () => failed(400, 'input must be a text or a list of texts'),
    }),
  },
};
