import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { BaseMessage } from '@langchain/core/messages';
import type { StructuredToolInterface } from '@langchain/core/tools';
import { ToolError } from '../../contracts/errors/host-errors.ts';
import { HeldFailure } from './held-failure.ts';
import type { ToolGuard } from './tool-guard.ts';

/** Model calls of one turn that end well; a small model that repeats itself ends here. */
const MAX_CALLS = 9;

/** Above what the calls need: a model call and a round of tools are a step each. */
const RECURSION_LIMIT = 2 * MAX_CALLS + 5;

/** What rounds of model calls and tools are run with. */
export interface ToolRounds {
  /** The model of the next rounds; it avoids what broke off in this turn. */
  readonly openModel: () => Promise<BaseChatModel>;
  readonly messages: readonly BaseMessage[];
  readonly tools: readonly StructuredToolInterface[];
  /** The same over all rounds of a turn. */
  readonly guard: ToolGuard;
  readonly signal: AbortSignal;
}

/** A piece of a message while it is written, or a whole one. */
interface RoundMessage {
  readonly message: BaseMessage;
  readonly isWhole: boolean;
}

function messagesOfUpdate(update: unknown): BaseMessage[] {
  if (typeof update !== 'object' || update === null) return [];
  return Object.values(update as Record<string, { messages?: BaseMessage[] } | null>).flatMap(
    (part) => part?.messages ?? [],
  );
}

/**
 * Runs LangChain's agent from the messages that the turn has added so far, within the calls that are left of it.
 * Throws what the model call threw, after all that went before it; ToolError when the calls are used up.
 */
export async function* runRounds(turn: ToolRounds, added: readonly BaseMessage[]): AsyncGenerator<RoundMessage> {
  const { createAgent } = await import('langchain');
  let calls = added.filter((message) => message.getType() === 'ai').length;
  const held = new HeldFailure(() => {
    calls += 1;
    if (calls > MAX_CALLS) throw outOfCalls(turn);
  });
  // The innermost meets failures as the model threw them.
  const middleware = [await turn.guard.middleware(), await held.middleware()];
  const agent = createAgent({ model: await turn.openModel(), tools: [...turn.tools], middleware });
  const stream = await agent.stream(
    { messages: [...turn.messages, ...added] },
    { streamMode: ['messages', 'updates'], signal: turn.signal, recursionLimit: RECURSION_LIMIT },
  );
  for await (const [mode, value] of stream as AsyncIterable<[string, unknown]>) {
    const isWhole = mode === 'updates';
    const messages = isWhole ? messagesOfUpdate(value) : [(value as [BaseMessage])[0]];
    for (const message of messages) if (!held.isMark(message)) yield { message, isWhole };
  }
  held.rethrow();
}

function outOfCalls({ tools }: ToolRounds): ToolError {
  return new ToolError('the model went on calling tools without an answer: ask more precisely, or switch tools off', {
    tool: tools.map(({ name }) => name).join(', '),
  });
}
