import { isDeepStrictEqual } from 'node:util';
import type { WireMessage } from './chat-request.ts';

/** A call as far as it matters for comparing two. */
export interface PlainCall {
  readonly name: string;
  readonly arguments: string;
}

/** The calls made since the user last spoke: the steps of the turn that is going on. */
export function callsOfTurn(messages: readonly WireMessage[]): readonly PlainCall[] {
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  return messages
    .slice(lastUser + 1)
    .flatMap(({ tool_calls: calls }) => (calls ?? []).map(({ function: call }) => call));
}

/** Whether a call with equal arguments is among those made; the order and spacing of members do not count. */
export function isRepeated(call: PlainCall, made: readonly PlainCall[]): boolean {
  return made.some(
    ({ name, arguments: text }) => name === call.name && isDeepStrictEqual(parsed(text), parsed(call.arguments)),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text) as unknown;
  } catch {
    // Arguments of another model may be no JSON; equal texts are then what equal means.
    return text;
  }
}
