import { tokensOf } from '../answers/chat-answer.ts';
import { composeEmbeddings, inputTexts } from '../answers/embedding-answer.ts';
import type { Call } from '../http/call.ts';
import { bodyReply, jsonReply, type Reply } from '../http/reply.ts';
import type { Dialect, Route } from './dialect.ts';
import { anyName, embeddingsRoute, wantedDimensions } from './openai-routes.ts';

const batchLimit = 32;
const types: Record<number, string> = {
  400: 'Empty',
  413: 'Validation',
  422: 'Validation',
  424: 'Backend',
  429: 'Overloaded',
  503: 'Unhealthy',
};

/** Native routes: flat with a type; OpenAI routes: un-nested with a code. */
function failed(call: Call, status: number, message: string): Reply {
  const type = types[status] ?? 'Backend';
  const isNative = !['/v1/embeddings', '/embeddings'].includes(call.path);
  return jsonReply(status, isNative ? { error: message, error_type: type } : { message, code: status, type });
}

const tooMany = (call: Call, count: number): Reply | undefined =>
  count > batchLimit ? failed(call, 422, `batch size ${count} > maximum allowed batch size ${batchLimit}`) : undefined;

const resolve = anyName(
  (call, model) => (typeof call.body['model'] === 'string' ? call.body['model'] : model.id),
  (call) => failed(call, 424, 'no model'),
);

const openAiEmbeddings = embeddingsRoute({
  canBase64: true,
  canCutDimensions: true,
  isNormalised: true,
  usage: 'counted',
  resolve,
  badInput: (call) => failed(call, 422, 'invalid input'),
  refuse: (call, _model, texts) =>
    tooMany(call, texts.length) ?? (texts.length === 0 ? failed(call, 400, '`inputs` cannot be empty') : undefined),
});

const embed: Route = (call, world) => {
  const resolved = resolve(call, world);
  const texts = inputTexts(call.body['inputs']);
  if ('steps' in resolved) return resolved;
  if (texts === undefined) return failed(call, 422, 'missing field `inputs`');
  const { model } = resolved;
  const longest = Math.max(0, ...texts.map((text) => tokensOf(text).length));
  if (call.body['truncate'] === false && longest > model.contextLength) {
    const told = `\`inputs\` must have less than ${model.contextLength} tokens. Given: ${longest}`;
    return failed(call, 422, `Input validation error: ${told}`);
  }
  const isNormalised = call.body['normalize'] !== false;
  const dimensions = wantedDimensions(call, model, true);
  const answer = composeEmbeddings(world, { model: model.id, texts, dimensions, isNormalised });
  return (
    tooMany(call, texts.length) ??
    jsonReply(
      200,
      answer.rows.map((row) => row.vector),
    )
  );
};

/** text-embeddings-inference as read in its source (1.9): no chat, no model list, 32 inputs a request. */
export const tei: Dialect = {
  publicPaths: ['/health', '/ping', '/'],
  failure: failed,
  unauthorized: () => bodyReply(401, {}, ''),
  notFound: () => bodyReply(404, {}, ''),
  badJson: (call) => failed(call, 422, 'Failed to parse the request body as JSON'),
  loading: () => jsonReply(503, { error: 'unhealthy', error_type: 'Unhealthy' }),
  inBandForm: () => 'cut',
  routes: {
    'GET /': () => bodyReply(200, {}, ''),
    'GET /health': () => bodyReply(200, {}, ''),
    'GET /ping': () => bodyReply(200, {}, ''),
    'GET /info': (_call, world) => {
      const model = world.models[0];
      return jsonReply(200, {
        model_id: model?.id,
        model_sha: null,
        model_dtype: 'float32',
        served_model_name: model?.id,
        model_type: { embedding: { pooling: 'mean' } },
        max_concurrent_requests: 512,
        max_input_length: model?.contextLength,
        max_batch_tokens: 16_384,
        max_batch_requests: null,
        max_client_batch_size: batchLimit,
        auto_truncate: true,
        tokenization_workers: 2,
        version: world.options.version ?? '1.9.3',
      });
    },
    'POST /tokenize': (call) =>
      jsonReply(
        200,
        (inputTexts(call.body['inputs']) ?? []).map((text) =>
          tokensOf(text).map((piece, index) => ({ id: index, text: piece, special: false, start: 0, stop: 0 })),
        ),
      ),
    'POST /embed': embed,
    'POST /embeddings': openAiEmbeddings,
    'POST /v1/embeddings': openAiEmbeddings,
  },
};
