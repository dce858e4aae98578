import type { AIMessage, BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { AgentEvent } from '../../contracts/agent/agent.ts';
import { AnswerText } from '../citations/answer-text.ts';
import type { TurnCitations } from '../citations/turn-citations.ts';
import { isFailedToolArtifact } from '../tools/langchain-tools.ts';
import type { Resumptions } from './resumptions.ts';
import { runRounds, type ToolRounds } from './tool-rounds.ts';
import { reasoningOf, type TurnState } from './turn-state.ts';

/** What a turn with tools needs. */
interface ToolTurn extends ToolRounds {
  /** Names of tools whose calls are returned to the caller. */
  readonly clientToolNames: ReadonlySet<string>;
  readonly state: TurnState;
  readonly citations: TurnCitations;
  readonly resumptions: Resumptions;
}

function eventsOfChunk(message: BaseMessage, answer: AnswerText): AgentEvent[] {
  if (message.getType() !== 'ai') return [];
  const reasoning = reasoningOf(message);
  const thought: AgentEvent[] = reasoning === '' ? [] : [{ kind: 'reasoning', text: reasoning }];
  return [...thought, ...answer.take(message.text)];
}

function eventsOfMessage(message: BaseMessage, clientToolNames: ReadonlySet<string>): AgentEvent[] {
  if (message.getType() === 'ai') {
    return ((message as AIMessage).tool_calls ?? []).map((call) => ({
      kind: clientToolNames.has(call.name) ? 'client-tool-called' : 'tool-called',
      callId: call.id ?? '',
      tool: call.name,
      args: call.args,
    }));
  }
  if (message.getType() !== 'tool') return [];
  const result = message as ToolMessage;
  if (clientToolNames.has(result.name ?? '')) return [];
  const isError = result.status === 'error' || isFailedToolArtifact(result.artifact);
  return [{ kind: 'tool-finished', callId: result.tool_call_id, tool: result.name ?? '', text: result.text, isError }];
}

/**
 * One turn on LangChain's agent runtime: the model may call tools until it answers. A call that breaks off is asked
 * anew, with all that was finished before it; a tool that ran is not run again.
 */
export async function* runToolTurn(turn: ToolTurn): AsyncGenerator<AgentEvent, void> {
  for (;;) {
    const draft = { answer: new AnswerText(turn.state, turn.citations) };
    try {
      return yield* showRounds(turn, draft);
    } catch (error) {
      if (turn.resumptions.takeUp(error, 'restarted')) continue;
      yield* draft.answer.end();
      throw error;
    }
  }
}

async function* showRounds(turn: ToolTurn, draft: { answer: AnswerText }): AsyncGenerator<AgentEvent, void> {
  const { state, citations, clientToolNames } = turn;
  for await (const { message, isWhole } of runRounds(turn, state.added)) {
    if (!isWhole) {
      yield* eventsOfChunk(message, draft.answer);
      continue;
    }
    const isAnswer = message.getType() === 'ai';
    if (isAnswer) yield* draft.answer.end();
    state.add(isAnswer ? await draft.answer.finish(message as AIMessage) : message);
    yield* eventsOfMessage(message, clientToolNames);
    if (isAnswer) continue;
    const passages = citations.takeNew();
    if (passages.length > 0) yield { kind: 'context', passages, notices: [] };
    // A tool was called: what follows is the beginning of another answer.
    draft.answer = new AnswerText(state, citations);
  }
}
