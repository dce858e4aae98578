import type { OpenAiFlavour } from '../answers/openai-answer.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { Dialect } from './dialect.ts';
import { anyName, chatRoute, embeddingsRoute, overflow } from './openai-routes.ts';

const flavour: OpenAiFlavour = {
  makeId: (number) => `chatcmpl-00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  roleIn: 'own-chunk',
  closingDelta: {},
  emptyContent: '',
  reasoningField: 'reasoning_content',
  toolCallsStreamed: 'whole',
  hasUsageDetails: false,
  usageChunkObject: 'chat.completion.chunk',
  canStreamUsage: false,
  hasTimings: false,
  isSpaced: false,
};

const failed = (status: number, message: string, detail: Record<string, unknown> = {}): Reply =>
  jsonReply(status, {
    error: {
      message,
      type: status >= 500 ? 'internal_server_error' : 'invalid_request_error',
      param: null,
      code: null,
      ...detail,
    },
  });

/** A name it does not know is answered by the default model under the name that was asked for. */
const resolve = anyName(
  (call, model) => (typeof call.body['model'] === 'string' ? call.body['model'] : model.id),
  () => failed(500, 'no model'),
);

/** The server of llama-cpp-python as read in its source: no usage in streams, vectors not normalised, floats always. */
export const llamaCppPython: Dialect = {
  publicPaths: ['/openapi.json'],
  failure: (_call, status, message) => failed(status, message),
  unauthorized: () => jsonReply(401, { detail: 'Invalid API key' }),
  notFound: () => jsonReply(404, { detail: 'Not Found' }),
  badJson: () => jsonReply(422, { detail: [{ type: 'json_invalid', loc: ['body', 1], msg: 'JSON decode error' }] }),
  loading: 'blocks',
  inBandForm: () => 'cut',
  routes: {
    'GET /openapi.json': () =>
      jsonReply(200, { openapi: '3.1.0', info: { title: '🦙 llama.cpp Python API', version: '0.3.35' }, paths: {} }),
    'GET /v1/models': (_call, world) =>
      jsonReply(200, {
        object: 'list',
        data: world.models.map((model) => ({ id: model.id, object: 'model', owned_by: 'me', permissions: [] })),
      }),
    'POST /v1/chat/completions': chatRoute({
      flavour,
      resolve,
      refuse: (call, model) => {
        const tokens = overflow(call, model);
        if (tokens === undefined) return undefined;
        const message = `This model's maximum context length is ${model.contextLength} tokens. However, you requested ${tokens} tokens.`;
        return failed(400, message, { param: 'messages', code: 'context_length_exceeded' });
      },
    }),
    'POST /v1/embeddings': embeddingsRoute({
      canBase64: false,
      canCutDimensions: false,
      isNormalised: false,
      usage: 'counted',
      resolve,
      badInput: () =>
        jsonReply(422, {
          detail: [{ loc: ['body', 'input'], msg: 'Input should be a valid string', type: 'string_type' }],
        }),
    }),
  },
};
