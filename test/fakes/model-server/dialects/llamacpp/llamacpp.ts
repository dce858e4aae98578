import { countPrompt, textOf, tokensOf } from '../../answers/chat-answer.ts';
import type { OpenAiFlavour } from '../../answers/openai-answer.ts';
import type { Call } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import { can, type ServedModel, type World } from '../../world.ts';
import type { Dialect, Route } from '../dialect.ts';
import { llamacppModels, llamacppProps } from './about.ts';
import { routerLoad, routerModels, routerProps, routerUnload } from './router.ts';
import { anyName, byName, chatRoute, embeddingsRoute, overflow } from '../openai-routes.ts';

const json = { 'Content-Type': 'application/json; charset=utf-8', Server: 'llama.cpp' };

const types: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  501: 'not_supported_error',
  503: 'unavailable_error',
};

function failed(status: number, message: string, extra: Record<string, unknown> = {}): Reply {
  return jsonReply(status, { error: { code: status, message, type: types[status] ?? 'server_error', ...extra } }, json);
}

const flavour: OpenAiFlavour = {
  makeId: (number) => `chatcmpl-${String(number).padStart(32, 'x')}`,
  fingerprint: 'b10068-571d0d5',
  roleIn: 'own-chunk',
  closingDelta: {},
  emptyContent: null,
  reasoningField: 'reasoning_content',
  toolCallsStreamed: 'pieces',
  hasUsageDetails: true,
  usageChunkObject: 'chat.completion.chunk',
  canStreamUsage: true,
  hasTimings: true,
  isSpaced: false,
};

/** One model answers every name; in router mode a name must be known. */
function resolve(call: Call, world: World): { model: ServedModel; name: string } | Reply {
  if (world.options.isRouter === true) {
    const found = byName((_call, name) =>
      name === '' ? failed(400, 'model name is missing from the request') : failed(400, `model '${name}' not found`),
    )(call, world);
    if ('model' in found) found.model.isLoaded = true;
    return found;
  }
  return anyName(
    (_call, model) => model.id,
    () => failed(500, 'no model'),
  )(call, world);
}

function refuseChat(call: Call, model: ServedModel): Reply | undefined {
  if (!Array.isArray(call.body['messages'])) return failed(400, "'messages' is required");
  const tokens = overflow(call, model);
  if (tokens === undefined) return undefined;
  const message = `request (${tokens} tokens) exceeds the available context size (${model.contextLength} tokens), try increasing it`;
  return failed(400, message, {
    type: 'exceed_context_size_error',
    n_prompt_tokens: countPrompt(call.body['messages']),
    n_ctx: model.contextLength,
  });
}

const chatCompletions = chatRoute({
  flavour,
  jsonHeaders: json,
  streamHeaders: { Server: 'llama.cpp', 'X-Accel-Buffering': 'no' },
  resolve,
  refuse: refuseChat,
});

/** A server started with `--embeddings` cannot chat. */
const chat: Route = (call, world) =>
  world.options.isEmbeddingServer === true
    ? failed(500, 'the current context does not logits computation. skipping')
    : chatCompletions(call, world);

/** Physical batch: a longer input is refused with 500, never cut. */
const batchTokens = 512;

const noEmbeddings = failed(501, 'This server does not support embeddings. Start it with `--embeddings`');

const embeddings = embeddingsRoute({
  jsonHeaders: json,
  canBase64: true,
  isFormatTold: true,
  canCutDimensions: false,
  isNormalised: true,
  usage: 'counted',
  resolve: (call, world) => {
    const resolved = resolve(call, world);
    if (!('model' in resolved) || world.options.isRouter === true) return resolved;
    const model = world.models.find((each) => can(each, 'embedding')) ?? resolved.model;
    // Said before the body is read (b10068).
    return can(model, 'embedding') ? { model, name: model.id } : noEmbeddings;
  },
  badInput: () => failed(400, '"input" must be provided'),
  refuse: (_call, model, texts) => {
    if (!can(model, 'embedding')) return noEmbeddings;
    const longest = Math.max(0, ...texts.map((text) => tokensOf(text).length));
    if (longest <= batchTokens) return undefined;
    return failed(
      500,
      `input (${longest} tokens) is too large to process. increase the physical batch size (current batch size: ${batchTokens})`,
    );
  },
});

const modelList: Route = (call, world) =>
  (world.options.isRouter === true ? routerModels : llamacppModels)(call, world, json);

/** llama-server, with one model or as a router; recorded from b10068 and b11076. */
export const llamacpp: Dialect = {
  publicPaths: ['/health', '/v1/health', '/models', '/v1/models', '/'],
  failure: (_call, status, message) => failed(status, message),
  unauthorized: () => failed(401, 'Invalid API Key'),
  notFound: () => failed(404, 'File Not Found'),
  badJson: () =>
    failed(
      500,
      "[json.exception.parse_error.101] parse error at line 1, column 10: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal",
    ),
  loading: () => failed(503, 'Loading model'),
  inBandForm: () => 'data',
  routes: {
    'GET /health': () => jsonReply(200, { status: 'ok' }, json),
    'GET /v1/health': () => jsonReply(200, { status: 'ok' }, json),
    'GET /v1/models': modelList,
    'GET /models': modelList,
    'GET /props': (call, world) => (world.options.isRouter === true ? routerProps : llamacppProps)(call, world, json),
    'POST /models/load': (call, world) => routerLoad(call, world, failed),
    'POST /models/unload': (call, world) => routerUnload(call, world, failed),
    'POST /tokenize': (call) =>
      jsonReply(200, { tokens: tokensOf(textOf(call.body['content'])).map((_, index) => index) }, json),
    'POST /v1/chat/completions': chat,
    'POST /chat/completions': chat,
    'POST /v1/embeddings': embeddings,
  },
};
