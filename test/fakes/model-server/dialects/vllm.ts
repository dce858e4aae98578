import { textOf, tokensOf } from '../answers/chat-answer.ts';
import type { OpenAiFlavour } from '../answers/openai-answer.ts';
import { bodyReply, jsonReply, type Reply } from '../http/reply.ts';
import type { Dialect } from './dialect.ts';
import { byName, chatRoute, embeddingsRoute, overflow } from './openai-routes.ts';

const flavour: OpenAiFlavour = {
  makeId: (number) => `chatcmpl-${String(number).padStart(32, '0')}`,
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

const types: Record<number, string> = { 400: 'BadRequestError', 404: 'NotFoundError' };

/** The type is a class name, the code a number. */
const failed = (status: number, message: string, param: string | null = null): Reply =>
  jsonReply(status, { error: { message, type: types[status] ?? 'InternalServerError', param, code: status } });

const resolve = byName((_call, name) => failed(404, `The model \`${name}\` does not exist.`, 'model'));

/** vLLM as read in its source: health is an empty 200, one base model a server. */
export const vllm: Dialect = {
  publicPaths: ['/health', '/ping', '/version'],
  failure: (_call, status, message) => failed(status, message),
  unauthorized: () => jsonReply(401, { error: 'Unauthorized' }),
  notFound: () => jsonReply(404, { detail: 'Not Found' }),
  badJson: () => failed(400, 'JSON decode error'),
  loading: () => bodyReply(503, {}, ''),
  inBandForm: () => 'data-done',
  routes: {
    'GET /health': () => bodyReply(200, {}, ''),
    'GET /ping': () => bodyReply(200, {}, ''),
    'GET /version': (_call, world) => jsonReply(200, { version: world.options.version ?? '0.11.0' }),
    'GET /v1/models': (_call, world) =>
      jsonReply(200, {
        object: 'list',
        data: world.models.map((model) => ({
          id: model.id,
          object: 'model',
          created: 1_795_265_822,
          owned_by: 'vllm',
          root: model.id,
          parent: null,
          max_model_len: model.contextLength,
        })),
      }),
    'POST /v1/chat/completions': chatRoute({
      flavour,
      resolve,
      refuse: (call, model) => {
        const tokens = overflow(call, model);
        if (tokens === undefined) return undefined;
        return failed(
          400,
          `This model's maximum context length is ${model.contextLength} tokens. However, your request has ${tokens} input tokens.`,
        );
      },
    }),
    'POST /tokenize': (call, world) => {
      const tokens = tokensOf(textOf(call.body['prompt'])).map((_, index) => index);
      return jsonReply(200, { count: tokens.length, max_model_len: world.models[0]?.contextLength, tokens });
    },
    'POST /v1/embeddings': embeddingsRoute({
      canBase64: true,
      canCutDimensions: false,
      isNormalised: true,
      usage: 'counted',
      resolve,
      badInput: () => failed(400, 'input is required'),
      refuse: (call, model, texts) => {
        if (call.body['dimensions'] !== undefined) {
          return failed(
            400,
            `Model "${model.id}" does not support matryoshka representation, changing output dimensions will lead to poor results.`,
          );
        }
        const longest = Math.max(0, ...texts.map((text) => tokensOf(text).length));
        if (longest <= model.contextLength) return undefined;
        const limit = `This model's maximum context length is ${model.contextLength} tokens.`;
        return failed(400, `${limit} However, you requested ${longest} tokens in the input for embedding generation.`);
      },
    }),
  },
};
