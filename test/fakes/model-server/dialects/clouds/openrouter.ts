import type { OpenAiFlavour } from '../../answers/openai-answer.ts';
import type { Call } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import { can, type ServedModel } from '../../world.ts';
import type { Dialect } from '../dialect.ts';
import { byName, chatRoute, overflow } from '../openai-routes.ts';

const flavour: OpenAiFlavour = {
  makeId: (number) => `gen-${1_795_264_487 + number}-AbCdEfGhIjKlMnOpQrSt`,
  // Sent while no provider has begun, so that the connection is not closed.
  opening: ': OPENROUTER PROCESSING\n\n',
  roleIn: 'every-chunk',
  closingDelta: { role: 'assistant', content: '' },
  emptyContent: '',
  reasoningField: 'reasoning',
  toolCallsStreamed: 'pieces',
  hasUsageDetails: true,
  usageChunkObject: 'chat.completion.chunk',
  canStreamUsage: true,
  hasTimings: false,
  isSpaced: false,
};

/** The error body of its API reference, "Errors": the code repeats the status. */
function failed(status: number, message: string): Reply {
  return jsonReply(status, { error: { code: status, message, metadata: {} }, user_id: 'user_1' });
}

const tooLong = (limit: number, tokens: number): Reply =>
  failed(
    400,
    `This endpoint's maximum context length is ${limit} tokens. However, you requested about ${tokens} tokens. Please reduce the length.`,
  );

/** Prices are texts, USD a token; below 0 is "not known before the call". */
function listed(model: ServedModel): Record<string, unknown> {
  const isAuto = model.id === 'openrouter/auto';
  const hasVision = can(model, 'vision');
  return {
    id: model.id,
    name: model.id,
    created: 1_795_264_487,
    context_length: model.contextLength,
    architecture: { input_modalities: hasVision ? ['text', 'image'] : ['text'], output_modalities: ['text'] },
    pricing: isAuto
      ? { prompt: '-1', completion: '-1' }
      : {
          prompt: '0.000003',
          completion: '0.000015',
          request: '0',
          image: '0.0048',
          input_cache_read: '0.0000003',
          input_cache_write: '0.00000375',
        },
    top_provider: { context_length: model.contextLength, max_completion_tokens: 512, is_moderated: false },
    supported_parameters: [
      'max_tokens',
      'temperature',
      ...(can(model, 'tools') ? ['tools', 'tool_choice'] : []),
      ...(can(model, 'thinking') ? ['reasoning'] : []),
      'response_format',
      'structured_outputs',
    ],
  };
}

/** OpenRouter: the chat wire of OpenAI, with reasoning, prices and errors of its own. */
export const openrouter: Dialect = {
  publicPaths: ['/api/v1/models'],
  failure: (_call: Call, status, message) => failed(status, message),
  unauthorized: () => failed(401, 'No auth credentials found'),
  notFound: () => failed(404, 'Not Found'),
  badJson: () => failed(400, 'Invalid JSON body'),
  loading: () => failed(503, 'No instances available'),
  inBandForm: () => 'data',
  routes: {
    'GET /api/v1/models': (_call, world) => jsonReply(200, { data: world.models.map(listed) }),
    'GET /api/v1/key': () => jsonReply(200, { data: { label: 'sk-or-v1-abc...123', usage: 0.5, limit: null } }),
    'POST /api/v1/chat/completions': chatRoute({
      flavour,
      resolve: byName((_call, name) => failed(400, `${name} is not a valid model ID`)),
      refuse: (call, model) => {
        const tokens = overflow(call, model);
        return tokens === undefined ? undefined : tooLong(model.contextLength, tokens);
      },
    }),
  },
};
