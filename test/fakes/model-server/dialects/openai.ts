import type { OpenAiFlavour } from '../answers/openai-answer.ts';
import { tokensOf } from '../answers/chat-answer.ts';
import type { Call } from '../http/call.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { Dialect } from './dialect.ts';
import { byName, chatRoute, embeddingsRoute, overflow } from './openai-routes.ts';

const flavour: OpenAiFlavour = {
  makeId: (number) => `chatcmpl-${String(number).padStart(24, 'A')}`,
  fingerprint: 'fp_44709d6fcb',
  roleIn: 'own-chunk',
  closingDelta: {},
  emptyContent: '',
  reasoningField: 'reasoning_content',
  toolCallsStreamed: 'pieces',
  hasUsageDetails: true,
  usageChunkObject: 'chat.completion.chunk',
  canStreamUsage: true,
  hasTimings: false,
  isSpaced: false,
};

function failed(status: number, message: string, detail: { code?: string; param?: string } = {}): Reply {
  const type = status === 429 ? 'requests' : status >= 500 ? 'server_error' : 'invalid_request_error';
  return jsonReply(status, { error: { message, type, param: detail.param ?? null, code: detail.code ?? null } });
}

const resolve = byName((_call, name) =>
  name === ''
    ? failed(400, 'you must provide a model parameter')
    : failed(404, `The model \`${name}\` does not exist or you do not have access to it.`, { code: 'model_not_found' }),
);

const tooLong = (limit: number, tokens: number): Reply =>
  failed(
    400,
    `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${tokens} tokens.`,
    {
      code: 'context_length_exceeded',
      param: 'messages',
    },
  );

/** The hosted OpenAI wire, for cloud providers pointed at the fake. */
export const openai: Dialect = {
  publicPaths: [],
  failure: (_call: Call, status, message) => failed(status, message),
  unauthorized: () => failed(401, 'Incorrect API key provided.', { code: 'invalid_api_key' }),
  notFound: (call) => failed(404, `Invalid URL (${call.method} ${call.path})`),
  badJson: () => failed(400, 'We could not parse the JSON body of your request.'),
  loading: () => failed(503, 'The engine is currently overloaded, please try again later'),
  inBandForm: () => 'data',
  routes: {
    'GET /v1/models': (_call, world) =>
      jsonReply(200, {
        object: 'list',
        data: world.models.map((model) => ({
          id: model.id,
          object: 'model',
          created: 1_795_264_487,
          owned_by: 'system',
        })),
      }),
    'POST /v1/chat/completions': chatRoute({
      flavour,
      resolve,
      refuse: (call, model) => {
        if (!Array.isArray(call.body['messages'])) {
          return failed(400, "Missing required parameter: 'messages'.", {
            code: 'missing_required_parameter',
            param: 'messages',
          });
        }
        const tokens = overflow(call, model);
        return tokens === undefined ? undefined : tooLong(model.contextLength, tokens);
      },
    }),
    'POST /v1/embeddings': embeddingsRoute({
      canBase64: true,
      canCutDimensions: true,
      isNormalised: true,
      usage: 'counted',
      resolve,
      badInput: () => failed(400, "'$.input' is invalid."),
      refuse: (_call, model, texts) => {
        const longest = Math.max(0, ...texts.map((text) => tokensOf(text).length));
        if (texts.length > 2048) return failed(400, "'$.input' is too long. Maximum length is 2048.");
        return longest > model.contextLength ? tooLong(model.contextLength, longest) : undefined;
      },
    }),
  },
};
