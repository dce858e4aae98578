import { send, type Step } from '../http/reply.ts';
import type { ChatAnswer, AnsweredToolCall } from './chat-answer.ts';
import { base64Vector, type EmbeddingAnswer } from './embedding-answer.ts';

/** How one server's OpenAI replies differ from another's. */
export interface OpenAiFlavour {
  makeId: (number: number) => string;
  fingerprint?: string;
  /** Where the role is told in a stream. */
  roleIn: 'own-chunk' | 'first-token' | 'every-chunk';
  /** What the chunk with the finish reason carries besides it. */
  closingDelta: Record<string, unknown>;
  /** The content of a chunk that only tells the role. */
  emptyContent: '' | null;
  reasoningField: 'reasoning' | 'reasoning_content';
  toolCallsStreamed: 'pieces' | 'whole';
  hasUsageDetails: boolean;
  usageChunkObject: 'chat.completion' | 'chat.completion.chunk';
  canStreamUsage: boolean;
  hasTimings: boolean;
  /** What opens a stream, a comment line for instance. */
  opening?: string;
  /** Text between name and value, as Python's json writes it. */
  isSpaced: boolean;
}

/** What the rendering of one chat reply needs besides the answer. */
interface OpenAiCall {
  number: number;
  hasStreamUsage: boolean;
}

const created = 1_795_264_490;

/** The plain reply's body. */
export function openAiChat(answer: ChatAnswer, flavour: OpenAiFlavour, call: OpenAiCall): Record<string, unknown> {
  const message: Record<string, unknown> = { role: 'assistant', content: answer.tokens.join('') };
  if (answer.reasoningTokens.length > 0) message[flavour.reasoningField] = answer.reasoningTokens.join('');
  if (answer.toolCalls.length > 0) {
    message['tool_calls'] = answer.toolCalls.map((toolCall, index) => wholeToolCall(toolCall, flavour, index));
  }
  return {
    ...envelope(answer, flavour, { call, object: 'chat.completion' }),
    choices: [{ index: 0, message, finish_reason: answer.finishReason }],
    ...(answer.hasUsage ? { usage: usageOf(answer, flavour) } : {}),
    ...(flavour.hasTimings ? { timings: timingsOf(answer) } : {}),
  };
}

/** The streamed reply's steps, with usage only if it was asked for, and the end marker. */
export function openAiStream(answer: ChatAnswer, flavour: OpenAiFlavour, call: OpenAiCall): Step[] {
  const steps: Step[] = [];
  const base = envelope(answer, flavour, { call, object: 'chat.completion.chunk' });
  const frame = (value: unknown): string => `data: ${write(value, flavour)}\n\n`;
  const chunk = (delta: Record<string, unknown>): string =>
    frame({ ...base, choices: [{ index: 0, delta, finish_reason: null }] });
  const role = { role: 'assistant' };
  let isFirst = true;
  const sayToken = (delta: Record<string, unknown>): void => {
    const withRole = flavour.roleIn === 'every-chunk' || (flavour.roleIn === 'first-token' && isFirst);
    steps.push({ kind: 'wait', forMs: isFirst ? answer.firstTokenDelayMs : answer.tokenDelayMs });
    steps.push(send('token', chunk(withRole ? { ...role, ...delta } : delta)));
    isFirst = false;
  };
  if (flavour.opening !== undefined) steps.push(send('opening', flavour.opening));
  if (flavour.roleIn === 'own-chunk') steps.push(send('role', chunk({ ...role, content: flavour.emptyContent })));
  for (const token of answer.reasoningTokens) sayToken({ [flavour.reasoningField]: token });
  for (const token of answer.tokens) sayToken({ content: token });
  for (const delta of toolDeltas(answer.toolCalls, flavour)) sayToken(delta);
  const hasUsageChunk = call.hasStreamUsage && answer.hasUsage && flavour.canStreamUsage;
  const last = { ...base, choices: [{ index: 0, delta: flavour.closingDelta, finish_reason: answer.finishReason }] };
  const isTimed = flavour.hasTimings && !hasUsageChunk;
  steps.push(send('finish', frame(isTimed ? { ...last, timings: timingsOf(answer) } : last)));
  if (hasUsageChunk) {
    const usage = { ...base, object: flavour.usageChunkObject, choices: [], usage: usageOf(answer, flavour) };
    steps.push(send('usage', frame(flavour.hasTimings ? { ...usage, timings: timingsOf(answer) } : usage)));
  }
  steps.push(send('end', 'data: [DONE]\n\n'));
  return steps.filter((step) => step.kind !== 'wait' || step.forMs > 0);
}

/** A chunk of this dialect that carries the role and nothing else. */
export function roleChunk(answer: ChatAnswer, flavour: OpenAiFlavour, call: OpenAiCall): string {
  const base = envelope(answer, flavour, { call, object: 'chat.completion.chunk' });
  const delta = { role: 'assistant', content: flavour.emptyContent };
  return `data: ${write({ ...base, choices: [{ index: 0, delta, finish_reason: null }] }, flavour)}\n\n`;
}

/** JSON as this server writes it: packed, or with Python's spaces. */
export function write(value: unknown, flavour: { isSpaced: boolean }): string {
  const packed = JSON.stringify(value);
  if (!flavour.isSpaced) return packed;
  return packed.replaceAll(
    /("(?:[^"\\]|\\.)*")|([:,])/g,
    (_, text: string | undefined, mark: string) => text ?? `${mark} `,
  );
}

/** The body of an embeddings reply; `base64` only where the server knows it. */
export function openAiEmbeddings(
  answer: EmbeddingAnswer,
  format: { isBase64: boolean; usage: 'counted' | 'zero' | 'none'; isFormatTold?: boolean },
): Record<string, unknown> {
  const data = answer.rows.map((row) => ({
    object: 'embedding',
    embedding: format.isBase64 ? base64Vector(row.vector) : row.vector,
    index: row.index,
    ...(format.isBase64 && format.isFormatTold === true ? { encoding_format: 'base64' } : {}),
  }));
  const tokens = format.usage === 'zero' ? 0 : answer.promptTokens;
  const usage = format.usage === 'none' ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } };
  return { object: 'list', data, model: answer.model, ...usage };
}

function envelope(
  answer: ChatAnswer,
  flavour: OpenAiFlavour,
  frame: { call: OpenAiCall; object: string },
): Record<string, unknown> {
  return {
    id: flavour.makeId(frame.call.number),
    object: frame.object,
    created,
    model: answer.model,
    ...(flavour.fingerprint === undefined ? {} : { system_fingerprint: flavour.fingerprint }),
  };
}

function wholeToolCall(call: AnsweredToolCall, flavour: OpenAiFlavour, index: number): Record<string, unknown> {
  const whole = { id: call.id, type: 'function', function: { name: call.name, arguments: call.argumentsText } };
  return flavour.toolCallsStreamed === 'whole' ? { ...whole, index } : whole;
}

function toolDeltas(calls: AnsweredToolCall[], flavour: OpenAiFlavour): Record<string, unknown>[] {
  return calls.flatMap((call, index) => {
    if (flavour.toolCallsStreamed === 'whole') return [{ tool_calls: [wholeToolCall(call, flavour, index)] }];
    const pieces = call.argumentsText.match(/[\s\S]{1,5}/g) ?? [''];
    return pieces.map((piece, place) => ({
      tool_calls: [
        place === 0
          ? { index, id: call.id, type: 'function', function: { name: call.name, arguments: piece } }
          : { index, function: { arguments: piece } },
      ],
    }));
  });
}

function usageOf(answer: ChatAnswer, flavour: OpenAiFlavour): Record<string, unknown> {
  return {
    prompt_tokens: answer.promptTokens,
    completion_tokens: answer.completionTokens,
    total_tokens: answer.promptTokens + answer.completionTokens,
    ...(flavour.hasUsageDetails ? { prompt_tokens_details: keptTokens(answer) } : {}),
    ...(answer.costUsd === undefined ? {} : { cost: answer.costUsd }),
  };
}

function keptTokens({ cachedTokens, cacheWriteTokens }: ChatAnswer): Record<string, number> {
  return {
    cached_tokens: cachedTokens,
    ...(cacheWriteTokens > 0 ? { cache_write_tokens: cacheWriteTokens } : {}),
  };
}

/** llama-server's own figures; the fake pretends 10 ms a prompt token and 20 ms an answered one. */
function timingsOf(answer: ChatAnswer): Record<string, number> {
  return {
    cache_n: 0,
    prompt_n: answer.promptTokens,
    prompt_ms: answer.promptTokens * 10,
    prompt_per_token_ms: 10,
    prompt_per_second: 100,
    predicted_n: answer.completionTokens,
    predicted_ms: answer.completionTokens * 20,
    predicted_per_token_ms: 20,
    predicted_per_second: 50,
  };
}
