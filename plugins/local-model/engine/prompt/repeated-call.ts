import { isDeepStrictEqual } from 'node:util';
import { isSchemaObject } from '../grammar/json-schema.ts';
import type { WireMessage, WireTool } from './chat-request.ts';

/** A call as far as it matters for comparing two. */
export interface PlainCall {
  readonly name: string;
  readonly arguments: string;
}

/** The calls made since the user last spoke: the steps of the turn that is going on. */
export function callsOfTurn(messages: readonly WireMessage[]): readonly PlainCall[] {
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(lastUser + 1).flatMap(callsOf);
}

function callsOf({ tool_calls: calls }: WireMessage): readonly PlainCall[] {
  return (calls ?? []).map(({ function: call }) => call);
}

/** The calls that were made in the conversation before the user last spoke. */
export function earlierCalls(messages: readonly WireMessage[]): readonly PlainCall[] {
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(0, Math.max(0, lastUser)).flatMap(callsOf);
}

/** Whether the last step of the turn that is going on held several calls: what was needed was then called for at once. */
export function wereSeveral(messages: readonly WireMessage[]): boolean {
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  const last = messages.slice(lastUser + 1).findLast(({ role }) => role === 'assistant');
  return (last?.tool_calls ?? []).length > 1;
}

/**
 * Whether a call repeats one of those made: the same tool with equal required arguments, or, where the tool requires none,
 * with equal arguments. Optional ones do not count, since a small model that calls again likes to vary just them.
 */
export function isRepeated(call: PlainCall, made: readonly PlainCall[], tools: readonly WireTool[]): boolean {
  const parameters = tools.find((tool) => tool.function.name === call.name)?.function.parameters;
  const required = Array.isArray(parameters?.required) ? parameters.required : [];
  const wanted = relevant(call.arguments, required);
  return made.some(
    ({ name, arguments: text }) => name === call.name && isDeepStrictEqual(relevant(text, required), wanted),
  );
}

function relevant(text: string, required: readonly unknown[]): unknown {
  const values = parsed(text);
  if (!isSchemaObject(values) || required.length === 0) return values;
  return Object.fromEntries(Object.entries(values).filter(([key]) => required.includes(key)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text) as unknown;
  } catch {
    // Arguments of another model may be no JSON; equal texts are then what equal means.
    return text;
  }
}
