import { AIMessageChunk, type AIMessage } from '@langchain/core/messages';
import type { Runnable } from '@langchain/core/runnables';
import type { Sighting } from './watched-call.ts';
import { QUESTION } from '../protocol.ts';

function textOf(message: AIMessage | AIMessageChunk): string {
  if (typeof message.content === 'string') return message.content;
  return message.content.map((part) => (part.type === 'text' ? String(part['text']) : '')).join('');
}

function sayEnd(message: AIMessage | AIMessageChunk, sighting: Sighting): void {
  const reason: unknown = message.response_metadata['finish_reason'];
  if (typeof reason === 'string' && reason !== '') sighting.finishReason = reason;
  const { tool_calls: valid = [], invalid_tool_calls: invalid = [] } = message;
  if (invalid.length > 0 && valid.length === 0) {
    sighting.failure = { name: 'InvalidToolCall', message: 'the message marks its call as invalid' };
  }
}

/** The whole answer of a LangChain model. */
export async function invokeModel(model: Runnable, sighting: Sighting, signal: AbortSignal): Promise<void> {
  const message = (await model.invoke(QUESTION, { signal })) as AIMessage;
  const calls = (message.tool_calls ?? []).map(({ args }) => JSON.stringify(args));
  const broken = (message.invalid_tool_calls ?? []).map(({ args }) => args ?? '');
  sighting.add(textOf(message), [...calls, ...broken].join(''));
  sayEnd(message, sighting);
}

/** The answer of a LangChain model, piece by piece. */
export async function streamModel(model: Runnable, sighting: Sighting, signal: AbortSignal): Promise<void> {
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(QUESTION, { signal })) {
    const piece = chunk as AIMessageChunk;
    sighting.add(textOf(piece), (piece.tool_call_chunks ?? []).map(({ args }) => args ?? '').join(''));
    whole = whole === undefined ? piece : whole.concat(piece);
  }
  if (whole instanceof AIMessageChunk) sayEnd(whole, sighting);
}
