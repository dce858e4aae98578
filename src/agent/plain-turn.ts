import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import type { AgentEvent } from '../contracts/agent/agent.ts';
import { AnswerText } from './citations/answer-text.ts';
import type { TurnCitations } from './citations/turn-citations.ts';
import { reasoningOf, type TurnState } from './turn-state.ts';

/** What a turn without tools needs. */
interface PlainTurn {
  readonly model: BaseChatModel;
  readonly messages: readonly BaseMessage[];
  readonly state: TurnState;
  readonly citations: TurnCitations;
  readonly signal: AbortSignal;
}

/** One answer without tools, streamed; returns the message that the turn added. */
export async function* runPlainTurn(turn: PlainTurn): AsyncGenerator<AgentEvent, readonly BaseMessage[]> {
  const { concat } = await import('@langchain/core/utils/stream');
  const answer = new AnswerText(turn.state, turn.citations);
  let whole: AIMessageChunk | undefined;
  try {
    for await (const chunk of await turn.model.stream([...turn.messages], { signal: turn.signal })) {
      whole = whole === undefined ? chunk : concat(whole, chunk);
      const reasoning = reasoningOf(chunk);
      if (reasoning !== '') yield { kind: 'reasoning', text: reasoning };
      yield* answer.take(chunk.text);
    }
  } catch (error) {
    yield* answer.end();
    throw error;
  }
  yield* answer.end();
  return whole === undefined ? [] : [await answer.finish(whole)];
}
