import { composeChat, countPrompt, messagesOf, type ChatAnswer, type ChatQuestion } from '../../answers/chat-answer.ts';
import { isRecord, type Call } from '../../http/call.ts';
import { send, streamReply, type Reply, type Step } from '../../http/reply.ts';
import { askedModel, can, findModel, type ServedModel } from '../../world.ts';
import type { Route } from '../dialect.ts';
import { isOld, noTools, ollamaFailure, ollamaJson } from './replies.ts';

const createdAt = '2026-11-21T12:34:48.457754797Z';

/** How `/api/chat` and `/api/generate` put one piece: in a message, or in `response`. */
type Say = (text: string, extra?: Record<string, unknown>) => Record<string, unknown>;

const sayMessage: Say = (text, extra = {}) => ({ message: { role: 'assistant', content: text, ...extra } });
const sayResponse: Say = (text, extra = {}) => ({ response: text, ...extra });

/** `/api/chat`: streamed unless told otherwise; without messages it loads or unloads the model. */
export const chat: Route = (call, world) => {
  const model = findModel(world, call.body['model']);
  const refusal = refuse(call, model);
  if (refusal !== undefined || model === undefined) return refusal ?? ollamaFailure(call, 404, 'not found');
  if (messagesOf(call.body['messages']).length === 0) return loadOnly(call, model, sayMessage);
  const answer = composeChat(world, fitting(question(call, call.body['messages']), model));
  return answerReply(call, answer, { say: sayMessage, last: counters(answer, isOld(world)) });
};

/** `/api/generate`: the same for one prompt; without a prompt it loads or unloads the model. */
export const generate: Route = (call, world) => {
  const name = askedModel(call);
  const model = findModel(world, name);
  if (model === undefined) return ollamaFailure(call, 404, `model '${name}' not found`);
  const prompt = call.body['prompt'];
  if (typeof prompt !== 'string' || prompt === '') return loadOnly(call, model, sayResponse);
  const answer = composeChat(world, fitting(question(call, [{ role: 'user', content: prompt }]), model));
  // The context is the token numbers of the talk so far, for the next call.
  const last = { context: [1, 4093, 198], ...counters(answer, isOld(world)) };
  return answerReply(call, answer, { say: sayResponse, last });
};

function refuse(call: Call, model: ServedModel | undefined): Reply | undefined {
  const name = askedModel(call);
  const fail = (status: number, message: string): Reply => ollamaFailure(call, status, message);
  if (name === '') return fail(400, 'model is required');
  if (model === undefined) return fail(404, `model '${name}' not found`);
  if (!can(model, 'completion')) return fail(400, `"${name}" does not support chat`);
  const { tools, think, messages } = call.body;
  if (Array.isArray(tools) && tools.length > 0 && !can(model, 'tools')) {
    return fail(400, noTools(name));
  }
  if (think !== undefined && think !== false && !can(model, 'thinking')) {
    return fail(400, `"${name}" does not support thinking`);
  }
  if (messagesOf(messages).some((message) => Array.isArray(message['images'])) && !can(model, 'vision')) {
    return fail(
      400,
      runnerError({
        code: 400,
        message: 'Multimodal data provided, but model does not support multimodal requests.',
        type: 'invalid_request_error',
      }),
    );
  }
  const tokens = countPrompt(messages);
  if (call.body['truncate'] === false && tokens > model.contextLength) {
    const message = `request (${tokens} tokens) exceeds the available context size (${model.contextLength} tokens), try increasing it`;
    const sizes = { n_prompt_tokens: tokens, n_ctx: model.contextLength };
    return fail(400, runnerError({ code: 400, message, type: 'exceed_context_size_error', ...sizes }));
  }
  return undefined;
}

/** Since 0.30 an error of the runner arrives as a JSON document inside the error text. */
function runnerError(error: Record<string, unknown>): string {
  return JSON.stringify({ error });
}

function question(call: Call, messages: unknown): ChatQuestion {
  const options = isRecord(call.body['options']) ? call.body['options'] : {};
  const limit = options['num_predict'];
  const { format } = call.body;
  return {
    model: askedModel(call),
    messages,
    maxTokens: typeof limit === 'number' && limit >= 0 ? limit : undefined,
    schema: format === 'json' ? { type: 'object' } : isRecord(format) ? format : undefined,
  };
}

/** A prompt that is too long loses its oldest messages without a word. */
function fitting(asked: ChatQuestion, model: ServedModel): ChatQuestion {
  let messages = messagesOf(asked.messages);
  while (messages.length > 1 && countPrompt(messages) > model.contextLength) messages = messages.slice(1);
  return { ...asked, messages };
}

function loadOnly(call: Call, model: ServedModel, say: Say): Reply {
  const keepAlive = call.body['keep_alive'];
  model.isLoaded = keepAlive !== 0 && keepAlive !== '0';
  if (typeof keepAlive === 'number' && keepAlive < 0) model.expiresAt = new Date('2319-03-03T12:22:09.711Z');
  const reason = model.isLoaded ? 'load' : 'unload';
  const line = { model: askedModel(call), created_at: createdAt, ...say(''), done: true, done_reason: reason };
  return ollamaJson(200, line);
}

function answerReply(call: Call, answer: ChatAnswer, how: { say: Say; last: Record<string, unknown> }): Reply {
  const { say } = how;
  const frame = { model: answer.model, created_at: createdAt };
  const calls = answer.toolCalls.map((toolCall, index) => ({
    id: toolCall.id,
    function: { index, name: toolCall.name, arguments: parsedArguments(toolCall.argumentsText) },
  }));
  const last = {
    done: true,
    done_reason: answer.finishReason === 'tool_calls' ? 'stop' : answer.finishReason,
    ...how.last,
  };
  if (call.body['stream'] === false) {
    const extra = {
      ...(answer.reasoningTokens.length > 0 ? { thinking: answer.reasoningTokens.join('') } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    };
    const reply = ollamaJson(200, { ...frame, ...say(answer.tokens.join(''), extra), ...last });
    const delayMs = answer.firstTokenDelayMs + answer.tokenDelayMs * Math.max(0, answer.tokens.length - 1);
    return delayMs > 0 ? { ...reply, steps: [{ kind: 'wait', forMs: delayMs }, ...reply.steps] } : reply;
  }
  const lines = [
    ...answer.reasoningTokens.map((token) => say('', { thinking: token })),
    ...answer.tokens.map((token) => say(token)),
    ...calls.map((toolCall) => say('', { tool_calls: [toolCall] })),
  ].map((said) => `${JSON.stringify({ ...frame, ...said, done: false })}\n`);
  const steps = lines.flatMap((line, index): Step[] => {
    const forMs = index === 0 ? answer.firstTokenDelayMs : answer.tokenDelayMs;
    return forMs > 0 ? [{ kind: 'wait', forMs }, send('token', line)] : [send('token', line)];
  });
  steps.push(send('finish', `${JSON.stringify({ ...frame, ...say(''), ...last })}\n`));
  const emptyChunk = `${JSON.stringify({ ...frame, ...say(''), done: false })}\n`;
  return { ...streamReply({ 'Content-Type': 'application/x-ndjson' }, steps), emptyChunk };
}

/** Arguments are an object on this wire; a broken text stays a text. */
function parsedArguments(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // Broken on purpose by a fault.
  }
}

/** Durations are nanoseconds; a zero count is left out, as Ollama's encoder does. */
function counters(answer: ChatAnswer, isOldServer: boolean): Record<string, number> {
  if (!answer.hasUsage) return { total_duration: 92_772_712, load_duration: 986_842 };
  return {
    total_duration: 92_772_712,
    load_duration: 986_842,
    ...(answer.promptTokens > 0 ? { prompt_eval_count: answer.promptTokens } : {}),
    ...(isOldServer ? {} : { prompt_eval_cached_count: 0 }),
    prompt_eval_duration: 11_856_000,
    ...(answer.completionTokens > 0 ? { eval_count: answer.completionTokens } : {}),
    eval_duration: 77_151_000,
  };
}
