import { isRecord, type Call } from '../../http/call.ts';
import { jsonReply, send, streamReply, type Reply, type Step } from '../../http/reply.ts';
import { composeChat, countPrompt, type AnsweredToolCall, type ChatAnswer } from '../../answers/chat-answer.ts';
import { askedModel, can, findModel, type ServedModel, type World } from '../../world.ts';
import type { Dialect } from '../dialect.ts';
import { geminiFailure, partsOf, textOfParts } from './gemini-words.ts';
import { batchEmbed, embed } from './gemini-embeddings.ts';

const FINISHES: Readonly<Record<string, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  tool_calls: 'STOP',
  content_filter: 'SAFETY',
};

/** The conversation in the form in which fakes read one. */
function conversation(call: Call): Record<string, unknown>[] {
  const contents = Array.isArray(call.body['contents']) ? call.body['contents'].filter((each) => isRecord(each)) : [];
  const said = contents.map((content) => {
    const results = partsOf(content).filter((part) => isRecord(part['functionResponse']));
    if (results.length === 0) return { role: content['role'], content: textOfParts(content) };
    const texts = results.map(({ functionResponse }) => {
      const { response } = functionResponse as { response?: unknown };
      return isRecord(response) && typeof response['result'] === 'string'
        ? response['result']
        : JSON.stringify(response);
    });
    return { role: 'tool', content: texts.join('') };
  });
  const { systemInstruction } = call.body;
  return isRecord(systemInstruction) ? [{ role: 'system', content: textOfParts(systemInstruction) }, ...said] : said;
}

/** From the third generation on, the first call of a turn must come back with the signature it was made with. */
function lacksSignature(call: Call): boolean {
  if (!/^gemini-[3-9]/.test(askedModel(call)) || !Array.isArray(call.body['contents'])) return false;
  const turns = call.body['contents'].filter((each) => isRecord(each));
  const calls = turns.map((turn) => partsOf(turn).filter((part) => isRecord(part['functionCall'])));
  return calls.some(([first]) => first !== undefined && typeof first['thoughtSignature'] !== 'string');
}

function refusal(call: Call, model: ServedModel): Reply | undefined {
  if (!Array.isArray(call.body['contents']))
    return geminiFailure(400, '* GenerateContentRequest.contents: contents is not specified\n');
  if (lacksSignature(call)) {
    return geminiFailure(400, 'Function call is missing a thought_signature in functionCall parts.');
  }
  const tokens = countPrompt(conversation(call));
  if (tokens <= model.contextLength) return undefined;
  return geminiFailure(
    400,
    `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${model.contextLength}).`,
  );
}

function usageOf(answer: ChatAnswer): Record<string, unknown> {
  const thoughts = answer.reasoningTokens.length;
  return {
    promptTokenCount: answer.promptTokens,
    candidatesTokenCount: answer.completionTokens - thoughts,
    totalTokenCount: answer.promptTokens + answer.completionTokens,
    ...(answer.cachedTokens > 0 ? { cachedContentTokenCount: answer.cachedTokens } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
  };
}

/** A call as this wire writes it: whole, without an id. */
function callPart({ name, argumentsText }: AnsweredToolCall, signature: string | undefined): Record<string, unknown> {
  let args: unknown;
  try {
    args = JSON.parse(argumentsText);
  } catch {
    args = {};
  }
  return { functionCall: { name, args }, ...(signature === undefined ? {} : { thoughtSignature: signature }) };
}

/** The pieces of an answer in order; calls of one turn come together. */
function piecesOf(answer: ChatAnswer): Record<string, unknown>[][] {
  const calls = answer.toolCalls.map((call, index) => callPart(call, index === 0 ? answer.signature : undefined));
  return [
    ...answer.reasoningTokens.map((text) => [{ text, thought: true }]),
    ...answer.tokens.map((text) => [{ text }]),
    ...(calls.length === 0 ? [] : [calls]),
  ];
}

function spoken(answer: ChatAnswer, parts: unknown[], finish?: string): Record<string, unknown> {
  const content = { parts, role: 'model' };
  return {
    candidates: [{ content, ...(finish === undefined ? {} : { finishReason: finish }), index: 0 }],
    ...(answer.hasUsage ? { usageMetadata: usageOf(answer) } : {}),
    modelVersion: answer.model,
    responseId: 'QHiLaa6LBrb8vdIPoNztsAg',
  };
}

/** The last piece carries the finish reason, and the seal of an answer that called nothing. */
function lastParts(answer: ChatAnswer): unknown[] {
  const isSealed = answer.signature !== undefined && answer.toolCalls.length === 0;
  return [{ text: '', ...(isSealed ? { thoughtSignature: answer.signature } : {}) }];
}

/** One event; Google ends lines with a carriage return too. */
function frame(value: unknown): string {
  return `data: ${JSON.stringify(value)}\r\n\r\n`;
}

function streamed(answer: ChatAnswer): Reply {
  const steps = piecesOf(answer).flatMap((parts, index): Step[] => [
    { kind: 'wait', forMs: index === 0 ? answer.firstTokenDelayMs : answer.tokenDelayMs },
    send('token', frame(spoken(answer, parts))),
  ]);
  const finish = FINISHES[answer.finishReason] ?? answer.finishReason;
  steps.push(send('finish', frame(spoken(answer, lastParts(answer), finish))));
  return streamReply(
    { 'Content-Type': 'text/event-stream' },
    steps.filter((step) => step.kind !== 'wait' || step.forMs > 0),
  );
}

function whole(answer: ChatAnswer): Reply {
  const text = answer.tokens.join('');
  const thought = answer.reasoningTokens.join('');
  const calls = answer.toolCalls.map((call, index) => callPart(call, index === 0 ? answer.signature : undefined));
  const seal = answer.signature !== undefined && calls.length === 0 ? { thoughtSignature: answer.signature } : {};
  const parts = [
    ...(thought === '' ? [] : [{ text: thought, thought: true }]),
    ...(text === '' ? [] : [{ text, ...seal }]),
    ...calls,
  ];
  return jsonReply(200, spoken(answer, parts, FINISHES[answer.finishReason] ?? answer.finishReason));
}

function generate(call: Call, world: World, isStream: boolean): Reply {
  const name = askedModel(call);
  const model = findModel(world, name);
  if (model === undefined || !can(model, 'completion')) {
    return geminiFailure(
      404,
      `models/${name} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
    );
  }
  const refused = refusal(call, model);
  if (refused !== undefined) return refused;
  const config = isRecord(call.body['generationConfig']) ? call.body['generationConfig'] : {};
  const limit = config['maxOutputTokens'];
  const answer = composeChat(world, {
    model: name,
    messages: conversation(call),
    maxTokens: typeof limit === 'number' ? limit : undefined,
    schema: config['responseJsonSchema'] ?? config['responseSchema'],
  });
  if (answer.finishReason === 'blocked') {
    return isStream
      ? streamReply({ 'Content-Type': 'text/event-stream' }, [send('token', frame(blocked(answer)))])
      : jsonReply(200, blocked(answer));
  }
  return isStream ? streamed(answer) : whole(answer);
}

/** What is said of a prompt that was blocked: no candidate. */
function blocked(answer: ChatAnswer): Record<string, unknown> {
  const { candidates: _, ...rest } = spoken(answer, []);
  return { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...rest };
}

function methods(model: ServedModel): string[] {
  return can(model, 'embedding') ? ['embedContent', 'countTokens'] : ['generateContent', 'countTokens'];
}

function list(call: Call, world: World): Reply {
  const query = new URLSearchParams(call.query);
  const from = Number(query.get('pageToken') ?? 0);
  const to = from + Number(query.get('pageSize') ?? 50);
  const models = world.models.slice(from, to).map((model) => ({
    name: `models/${model.id}`,
    version: '001',
    displayName: model.id,
    inputTokenLimit: model.contextLength,
    outputTokenLimit: 8192,
    supportedGenerationMethods: methods(model),
    ...(can(model, 'thinking') ? { thinking: true } : {}),
  }));
  return jsonReply(200, { models, ...(to < world.models.length ? { nextPageToken: String(to) } : {}) });
}

const METHODS: Readonly<Record<string, (call: Call, world: World) => Reply>> = {
  generateContent: (call, world) => generate(call, world, false),
  streamGenerateContent: (call, world) => generate(call, world, true),
  embedContent: embed,
  batchEmbedContents: batchEmbed,
  countTokens: (call) => jsonReply(200, { totalTokens: countPrompt(conversation(call)) }),
};

/** A wrong key is an invalid argument to Google; none at all is forbidden. */
function unauthorized(call: Call): Reply {
  if (call.headers['x-goog-api-key'] === undefined) {
    return geminiFailure(403, "Method doesn't allow unregistered callers (callers without established identity).");
  }
  return geminiFailure(400, 'API key not valid. Please pass a valid API key.', [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
  ]);
}

/** The Gemini API of Google, version v1beta. */
export const gemini: Dialect = {
  publicPaths: [],
  failure: (_call, status, message) => geminiFailure(status, message),
  unauthorized,
  notFound: () => geminiFailure(404, 'Requested entity was not found.'),
  badJson: () => geminiFailure(400, 'Invalid JSON payload received.'),
  loading: () => geminiFailure(503, 'The model is overloaded. Please try again later.'),
  inBandForm: () => 'data',
  routes: {
    'GET /v1beta/models': list,
    'POST /v1beta/models/*': (call, world) => {
      const method = METHODS[call.path.slice(call.path.lastIndexOf(':') + 1)];
      return method === undefined ? geminiFailure(404, 'Requested entity was not found.') : method(call, world);
    },
  },
};
