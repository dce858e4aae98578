import { write, type OpenAiFlavour } from '../answers/openai-answer.ts';
import { isRecord, type Call } from '../http/call.ts';
import { bodyReply, type Reply } from '../http/reply.ts';
import { askedModel, findModel, type World } from '../world.ts';
import type { Dialect, Route } from './dialect.ts';
import { chatRoute } from './openai-routes.ts';

const json = { 'Content-Type': 'application/json', Server: 'BaseHTTP/0.6 Python/3.11.7' };

/** Only chat replies tell their length; all others end by closing. */
function untold(reply: Reply): Reply {
  return { ...reply, framing: 'close' };
}

function spaced(status: number, value: unknown): Reply {
  return untold(bodyReply(status, json, write(value, { isSpaced: true })));
}

const failed = (status: number, message: string): Reply => spaced(status, { error: message });

const flavour: OpenAiFlavour = {
  makeId: (number) => `chatcmpl-00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  fingerprint: '0.32.2-0.32.4-Linux-x86_64',
  roleIn: 'every-chunk',
  closingDelta: { role: 'assistant' },
  emptyContent: '',
  reasoningField: 'reasoning',
  toolCallsStreamed: 'whole',
  hasUsageDetails: true,
  usageChunkObject: 'chat.completion',
  canStreamUsage: true,
  hasTimings: false,
  opening: ': keepalive 1/1\n\n',
  isSpaced: true,
};

/** `default_model` and an absent name mean the model given at the start; any other name is looked for on the hub. */
function resolve(call: Call, world: World): ReturnType<Parameters<typeof chatRoute>[0]['resolve']> {
  const name = askedModel(call) || 'default_model';
  const model = name === 'default_model' ? world.models[0] : findModel(world, name);
  return model === undefined
    ? failed(404, `Repository Not Found for ${name}: cannot find the model on the hub or on this disk`)
    : { model, name };
}

function refuse(call: Call): Reply | undefined {
  const { body } = call;
  if (body['max_tokens'] !== undefined && !Number.isInteger(body['max_tokens']))
    return failed(400, 'max_tokens must be of type int');
  return body['messages'] === undefined ? failed(400, 'Request did not contain messages') : undefined;
}

const completions = chatRoute({
  flavour,
  jsonHeaders: json,
  streamHeaders: { ...json, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' },
  resolve,
  refuse,
});

const chat: Route = (call, world) => {
  // Python's dictionary look-up fails on the missing key and the connection ends before the end marker.
  const options = call.body['stream_options'];
  const reply = completions(call, world);
  if (!isRecord(options) || 'include_usage' in options || call.body['stream'] !== true) return reply;
  const steps = reply.steps.filter((step) => step.kind !== 'send' || step.part !== 'end');
  return { ...reply, steps: [...steps, { kind: 'cut', isReset: false }] };
};

/** mlx_lm.server speaks HTTP/1.0: no chunks in, no chunks out. */
function guard(call: Call): Reply | undefined {
  const hasBody = call.method === 'POST';
  return hasBody && call.headers['content-length'] === undefined
    ? failed(411, 'Content-Length header is required')
    : undefined;
}

const models: Route = (_call, world) =>
  spaced(200, {
    object: 'list',
    data: world.models.map((model) => ({ id: model.id, object: 'model', created: 1_795_265_828 })),
  });

/** mlx_lm.server; recorded from 0.32.2. No embeddings, no key, paths match with their query. */
export const mlx: Dialect = {
  publicPaths: ['*'],
  failure: (_call, status, message) => failed(status, message),
  unauthorized: () => failed(401, 'unauthorized'),
  notFound: () => untold(bodyReply(404, json, 'Not Found')),
  badJson: () =>
    failed(
      400,
      'Invalid JSON in request body: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
    ),
  loading: 'blocks',
  inBandForm: () => 'cut',
  guard,
  isOldHttp: true,
  routes: {
    'GET /health': () => spaced(200, { status: 'ok' }),
    // Without a hub cache folder the list is a 200 with an empty body.
    'GET /v1/models': (call, world) =>
      world.models.length === 0 ? untold(bodyReply(200, json, '')) : models(call, world),
    'POST /v1/chat/completions': chat,
    'POST /chat/completions': chat,
  },
};
