import type { ChatRequest, OfferedTool } from '../../client/chat-request.ts';
import type { ReadCall } from '../written/calls-in-json.ts';
import type { Exchanges } from './exchanges.ts';

/** A call as it was made earlier; `arguments` is JSON. */
export interface MadeCall {
  readonly name: string;
  readonly arguments: string;
}

/** One call with tools, whichever way they are called. */
export interface ToolTurn {
  readonly provider: string;
  readonly request: ChatRequest;
  /** Those that may be called: all that are offered, or the one that the caller names. */
  readonly tools: readonly OfferedTool[];
  /** The caller wants a call: any, or the one of a name. */
  readonly isForced: boolean;
  /** The server holds output to a schema. */
  readonly hasSchema: boolean;
  /** The calls since the user last spoke. */
  readonly made: readonly MadeCall[];
  readonly exchanges: Exchanges;
}

/** A call that is held back until it is checked; `argumentsText` alone where it cannot be read. */
export interface HeldCall {
  readonly id?: string;
  readonly name: string;
  readonly tool: OfferedTool | undefined;
  readonly arguments: ReadCall['arguments'] | undefined;
  readonly argumentsText: string;
}

/** The calls since the user last spoke: the steps of the turn that goes on. */
export function callsOfTurn({ turns }: ChatRequest): readonly MadeCall[] {
  const lastUser = turns.findLastIndex(({ role }) => role === 'user');
  return turns
    .slice(lastUser + 1)
    .flatMap((turn) => (turn.role === 'assistant' ? turn.toolCalls : []))
    .map(({ name, argumentsText }) => ({ name, arguments: argumentsText }));
}

/** Calls read out of a text; a model that goes on writing one call means it once. */
export function heldFrom(calls: readonly ReadCall[]): readonly HeldCall[] {
  const held = new Map<string, HeldCall>();
  for (const { name, tool, arguments: given } of calls) {
    const argumentsText = JSON.stringify(given);
    const key = `${name} ${argumentsText}`;
    if (!held.has(key)) held.set(key, { name, tool, arguments: given, argumentsText });
  }
  return [...held.values()];
}
