import { isRecord, type Call } from '../../http/call.ts';
import { jsonReply, send, streamReply, type Reply, type Step } from '../../http/reply.ts';
import {
  composeChat,
  countPrompt,
  messagesOf,
  textOf,
  type AnsweredToolCall,
  type ChatAnswer,
} from '../../answers/chat-answer.ts';
import { askedModel, findModel, type World } from '../../world.ts';
import type { Dialect } from '../dialect.ts';

/** Types of errors by status: the API reference of Anthropic, "Errors". */
const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const STOP_REASONS: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
};

/** An error body, as it also stands in the `error` event of a stream. */
function failed(status: number, message: string): Reply {
  const type = ERROR_TYPES[status] ?? 'api_error';
  return jsonReply(status, { type: 'error', error: { type, message }, request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy' });
}

/** The conversation in the form in which fakes read one: the system's words first, results of tools as their own turn. */
function conversation(call: Call): Record<string, unknown>[] {
  const { system } = call.body;
  const said = messagesOf(call.body['messages']).map((message) => {
    const results = Array.isArray(message['content'])
      ? message['content'].filter((block) => isRecord(block) && block['type'] === 'tool_result')
      : [];
    return results.length === 0
      ? message
      : {
          role: 'tool',
          content: results.map((result) => textOf((result as Record<string, unknown>)['content'])).join(''),
        };
  });
  return system === undefined ? said : [{ role: 'system', content: system }, ...said];
}

/** With a budget for reasoning, an answer that called tools must come back with the reasoning it began with. */
function lacksThought(call: Call): boolean {
  const thinking = call.body['thinking'];
  if (!isRecord(thinking) || thinking['type'] !== 'enabled') return false;
  const last = messagesOf(call.body['messages']).findLast(({ role }) => role === 'assistant');
  const blocks = Array.isArray(last?.['content'])
    ? (last['content'] as unknown[]).filter((block) => isRecord(block))
    : [];
  return blocks.some(({ type }) => type === 'tool_use') && !String(blocks[0]?.['type']).endsWith('thinking');
}

function refusal(call: Call, world: World): Reply | undefined {
  const name = askedModel(call);
  const model = findModel(world, name);
  if (call.headers['anthropic-version'] === undefined) return failed(400, 'anthropic-version: header is required');
  if (!Array.isArray(call.body['messages'])) return failed(400, 'messages: Field required');
  if (typeof call.body['max_tokens'] !== 'number') return failed(400, 'max_tokens: Field required');
  if (model === undefined) return failed(404, `model: ${name}`);
  if (lacksThought(call)) {
    return failed(400, 'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`.');
  }
  const tokens = countPrompt(conversation(call));
  if (tokens <= model.contextLength) return undefined;
  return failed(400, `prompt is too long: ${tokens} tokens > ${model.contextLength} maximum`);
}

function usageOf(answer: ChatAnswer): Record<string, unknown> {
  return {
    input_tokens: answer.promptTokens - answer.cachedTokens - answer.cacheWriteTokens,
    cache_creation_input_tokens: answer.cacheWriteTokens,
    cache_read_input_tokens: answer.cachedTokens,
    output_tokens: answer.completionTokens,
  };
}

function inputOf(call: AnsweredToolCall): unknown {
  try {
    return JSON.parse(call.argumentsText) as unknown;
  } catch {
    return call.argumentsText;
  }
}

function envelope(answer: ChatAnswer, number: number): Record<string, unknown> {
  return { id: `msg_${String(number).padStart(24, '0')}`, type: 'message', role: 'assistant', model: answer.model };
}

function whole(answer: ChatAnswer, number: number): Reply {
  const text = answer.tokens.join('');
  const thinking = answer.reasoningTokens.join('');
  const content = [
    ...(thinking === '' ? [] : [{ type: 'thinking', thinking, signature: answer.signature ?? 'sealed' }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...answer.toolCalls.map((call) => ({ type: 'tool_use', id: call.id, name: call.name, input: inputOf(call) })),
  ];
  return jsonReply(200, {
    ...envelope(answer, number),
    content,
    stop_reason: STOP_REASONS[answer.finishReason] ?? answer.finishReason,
    stop_sequence: null,
    ...(answer.hasUsage ? { usage: usageOf(answer) } : {}),
  });
}

function event(value: Record<string, unknown>): string {
  return `event: ${String(value['type'])}\ndata: ${JSON.stringify(value)}\n\n`;
}

/** One block of a streamed answer: its start, a delta for each piece, its end. */
interface Block {
  readonly start: Record<string, unknown>;
  readonly deltas: readonly Record<string, unknown>[];
}

function blocksOf(answer: ChatAnswer): Block[] {
  const thoughts = answer.reasoningTokens.map((thinking) => ({ type: 'thinking_delta', thinking }));
  const signature = { type: 'signature_delta', signature: answer.signature ?? 'sealed' };
  const texts = answer.tokens.map((text) => ({ type: 'text_delta', text }));
  const calls = answer.toolCalls.map(({ id, name, argumentsText }) => ({
    start: { type: 'tool_use', id, name, input: {} },
    deltas: ['', ...(argumentsText.match(/[\s\S]{1,9}/g) ?? [])].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    })),
  }));
  return [
    ...(thoughts.length === 0
      ? []
      : [{ start: { type: 'thinking', thinking: '', signature: '' }, deltas: [...thoughts, signature] }]),
    ...(texts.length === 0 ? [] : [{ start: { type: 'text', text: '' }, deltas: texts }]),
    ...calls,
  ];
}

function streamed(answer: ChatAnswer, number: number): Reply {
  const usage = answer.hasUsage ? { usage: { ...usageOf(answer), output_tokens: 1 } } : {};
  const start = { ...envelope(answer, number), content: [], stop_reason: null, stop_sequence: null, ...usage };
  const steps: Step[] = [send('role', event({ type: 'message_start', message: start }))];
  let isFirst = true;
  for (const [index, block] of blocksOf(answer).entries()) {
    steps.push(send('opening', event({ type: 'content_block_start', index, content_block: block.start })));
    if (isFirst) steps.push(send('opening', event({ type: 'ping' })));
    for (const delta of block.deltas) {
      steps.push({ kind: 'wait', forMs: isFirst ? answer.firstTokenDelayMs : answer.tokenDelayMs });
      steps.push(send('token', event({ type: 'content_block_delta', index, delta })));
      isFirst = false;
    }
    steps.push(send('opening', event({ type: 'content_block_stop', index })));
  }
  const reason = STOP_REASONS[answer.finishReason] ?? answer.finishReason;
  const delta = { stop_reason: reason, stop_sequence: null };
  const counted = answer.hasUsage ? { usage: usageOf(answer) } : {};
  steps.push(send('finish', event({ type: 'message_delta', delta, ...counted })));
  steps.push(send('end', event({ type: 'message_stop' })));
  const reply = streamReply(
    { 'Content-Type': 'text/event-stream; charset=utf-8' },
    steps.filter((step) => step.kind !== 'wait' || step.forMs > 0),
  );
  return { ...reply, emptyChunk: event({ type: 'ping' }) };
}

function messages(call: Call, world: World): Reply {
  const refused = refusal(call, world);
  if (refused !== undefined) return refused;
  const format = isRecord(call.body['output_config']) ? call.body['output_config']['format'] : undefined;
  const answer = composeChat(world, {
    model: askedModel(call),
    messages: conversation(call),
    maxTokens: call.body['max_tokens'] as number,
    schema: isRecord(format) ? format['schema'] : undefined,
  });
  return (call.body['stream'] === true ? streamed : whole)(answer, world.nextNumber());
}

function list(call: Call, world: World): Reply {
  const query = new URLSearchParams(call.query);
  const after = world.models.findIndex(({ id }) => id === query.get('after_id')) + 1;
  const page = world.models.slice(after, after + Number(query.get('limit') ?? 20));
  return jsonReply(200, {
    data: page.map(({ id }) => ({ type: 'model', id, display_name: id, created_at: '2026-02-19T00:00:00Z' })),
    has_more: after + page.length < world.models.length,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  });
}

/** The Messages wire of Anthropic. */
export const anthropic: Dialect = {
  publicPaths: [],
  failure: (_call, status, message) => failed(status, message),
  unauthorized: () => failed(401, 'invalid x-api-key'),
  notFound: () => failed(404, 'Not Found'),
  badJson: () => failed(400, 'The request body is not valid JSON'),
  loading: () => failed(529, 'Overloaded'),
  inBandForm: () => 'event',
  routes: { 'GET /v1/models': list, 'POST /v1/messages': messages },
};
