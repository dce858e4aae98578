import type { OpenAiFlavour } from '../answers/openai-answer.ts';
import { bodyReply, jsonReply, type Reply } from '../http/reply.ts';
import type { Dialect } from './dialect.ts';
import { apply, cancelOperation, jobStatus, setLoaded } from './localai-gallery.ts';
import { ollama } from './ollama/ollama.ts';
import { byName, chatRoute, embeddingsRoute } from './openai-routes.ts';

const flavour: OpenAiFlavour = {
  makeId: (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  roleIn: 'own-chunk',
  closingDelta: {},
  emptyContent: '',
  reasoningField: 'reasoning',
  toolCallsStreamed: 'pieces',
  hasUsageDetails: false,
  usageChunkObject: 'chat.completion.chunk',
  canStreamUsage: true,
  hasTimings: false,
  isSpaced: false,
};

/** The code is a number. */
const failed = (status: number, message: string, headers: Record<string, string> = {}): Reply =>
  jsonReply(status, { error: { code: status, message, type: status === 401 ? 'invalid_request_error' : '' } }, headers);

const resolve = byName((_call, name) =>
  failed(404, `model "${name}" not found. To see available models, call GET /v1/models`),
);

/** The routes of its Ollama emulation, which is always on. */
const emulated = [
  'POST /api/chat',
  'POST /api/generate',
  'POST /api/embed',
  'POST /api/embeddings',
  'GET /api/tags',
  'POST /api/show',
  'GET /api/ps',
];

/** LocalAI as read in its source: readiness by an empty 200, embeddings without usage. */
export const localai: Dialect = {
  publicPaths: ['/healthz', '/readyz'],
  failure: (_call, status, message) => failed(status, message),
  unauthorized: () => failed(401, 'An authentication key is required', { 'WWW-Authenticate': 'Bearer' }),
  notFound: () => failed(404, 'Resource not found'),
  badJson: () => failed(400, 'failed parsing request body'),
  loading: (call) =>
    call.path === '/readyz'
      ? jsonReply(503, { status: 'starting', reason: 'startup preload in progress' })
      : jsonReply(
          503,
          { error: { code: 'model_loading', message: 'the model is loading', type: 'model_loading' } },
          { 'Retry-After': '1' },
        ),
  inBandForm: () => 'data-done',
  routes: {
    ...Object.fromEntries(Object.entries(ollama.routes).filter(([place]) => emulated.includes(place))),
    'GET /healthz': () => bodyReply(200, {}, ''),
    'GET /readyz': () => bodyReply(200, {}, ''),
    'GET /api/version': () => jsonReply(200, { version: '0.9.0' }),
    'GET /version': () => jsonReply(200, { version: 'v3.5.0' }),
    'GET /system': (_call, world) =>
      jsonReply(200, {
        backends: ['llama-cpp'],
        loaded_models: world.models.filter((model) => model.isLoaded).map(({ id }) => ({ id })),
      }),
    'POST /models/apply': apply,
    'GET /models/jobs/*': jobStatus(failed),
    'POST /api/operations/*': cancelOperation,
    'POST /backend/load': setLoaded(true, failed),
    'POST /backend/shutdown': setLoaded(false, failed),
    'GET /v1/models': (_call, world) =>
      jsonReply(200, { object: 'list', data: world.models.map((model) => ({ id: model.id, object: 'model' })) }),
    'POST /v1/chat/completions': chatRoute({ flavour, resolve }),
    'POST /v1/embeddings': embeddingsRoute({
      canBase64: true,
      canCutDimensions: false,
      isNormalised: true,
      usage: 'none',
      resolve,
      badInput: () => failed(400, 'input must be a string or a list'),
    }),
  },
};
