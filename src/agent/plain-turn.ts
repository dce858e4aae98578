import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import type { AgentEvent } from '../contracts/agent/agent.ts';
import { reasoningOf, type TurnState } from './turn-state.ts';

/** One answer without tools, streamed; returns the message that the turn added. */
export async function* runPlainTurn(
  model: BaseChatModel,
  messages: readonly BaseMessage[],
  state: TurnState,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent, readonly BaseMessage[]> {
  const { concat } = await import('@langchain/core/utils/stream');
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await model.stream([...messages], { signal })) {
    whole = whole === undefined ? chunk : concat(whole, chunk);
    const reasoning = reasoningOf(chunk);
    if (reasoning !== '') yield { kind: 'reasoning', text: reasoning };
    const { text } = chunk;
    if (text === '') continue;
    state.noteText(text);
    yield { kind: 'text', text };
  }
  return whole === undefined ? [] : [whole];
}
