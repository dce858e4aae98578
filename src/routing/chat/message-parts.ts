import type { BaseMessage } from '@langchain/core/messages';

function hasTextPart(content: BaseMessage['content']): boolean {
  if (typeof content === 'string') return content.length > 0;
  return content.some((part) => part.type === 'text' && typeof part.text === 'string' && part.text.length > 0);
}

function hasAny(message: BaseMessage, field: 'tool_call_chunks' | 'tool_calls'): boolean {
  const value = (message as unknown as Record<string, unknown>)[field];
  return Array.isArray(value) && value.length > 0;
}

/** True for content and tool-call tokens: from here on no other model may take over. */
export function isAnswerPart(message: BaseMessage): boolean {
  return hasTextPart(message.content) || hasAny(message, 'tool_call_chunks') || hasAny(message, 'tool_calls');
}

/** True for reasoning, as the OpenAI-compatible servers write it (`reasoning_content`) or as a part of its own. */
export function isReasoningPart(message: BaseMessage): boolean {
  const { reasoning_content: reasoning } = message.additional_kwargs;
  if (typeof reasoning === 'string' && reasoning.length > 0) return true;
  if (typeof message.content === 'string') return false;
  return message.content.some((part) => part.type === 'reasoning' || part.type === 'thinking');
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 0;
}

/** Characters of text, reasoning and tool arguments in a piece of an answer. */
export function lengthOfPart(message: BaseMessage): number {
  const { content, additional_kwargs: extra } = message;
  let length = lengthOf(extra.reasoning_content);
  if (typeof content === 'string') length += content.length;
  else for (const part of content) length += lengthOf(part.text) + lengthOf(part.reasoning) + lengthOf(part.thinking);
  const { tool_call_chunks: calls } = message as unknown as {
    tool_call_chunks?: readonly { name?: string; args?: string }[];
  };
  for (const { name, args } of calls ?? []) length += lengthOf(name) + lengthOf(args);
  return length;
}

const REASON_FIELDS = ['finish_reason', 'stop_reason', 'finishReason', 'done_reason'];

/** Why an answer ended, in the words of its server, by whichever name that stands in these fields. */
export function finishReasonsIn(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return REASON_FIELDS.map((field) => fields[field]).filter((reason) => typeof reason === 'string');
}
