import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessage, BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { StructuredToolInterface } from '@langchain/core/tools';
import type { AgentEvent } from '../../contracts/agent/agent.ts';
import { ToolError } from '../../contracts/errors/host-errors.ts';
import { AnswerText } from '../citations/answer-text.ts';
import type { TurnCitations } from '../citations/turn-citations.ts';
import { isFailedToolArtifact } from '../langchain-tools.ts';
import type { Resumptions } from './resumptions.ts';
import { reasoningOf, type TurnState } from './turn-state.ts';

/** Model calls and tool rounds of one turn, counted as LangGraph does; a small model that repeats itself ends here. */
const RECURSION_LIMIT = 17;

/** A model call and the tools that it calls. */
const STEPS_OF_A_ROUND = 2;

/** What a turn with tools needs. */
interface ToolTurn {
  /** The model of the next round of calls; it avoids what broke off in this turn. */
  readonly openModel: () => Promise<BaseChatModel>;
  readonly messages: readonly BaseMessage[];
  readonly tools: readonly StructuredToolInterface[];
  /** Names of tools whose calls are returned to the caller. */
  readonly clientToolNames: ReadonlySet<string>;
  readonly state: TurnState;
  readonly citations: TurnCitations;
  readonly resumptions: Resumptions;
  readonly signal: AbortSignal;
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

function messagesOfUpdate(update: unknown): BaseMessage[] {
  if (typeof update !== 'object' || update === null) return [];
  return Object.values(update as Record<string, { messages?: BaseMessage[] } | null>).flatMap(
    (part) => part?.messages ?? [],
  );
}

/** LangGraph's own mark of a turn that used up its rounds. */
function isOutOfRounds(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'lc_error_code' in error &&
    error.lc_error_code === 'GRAPH_RECURSION_LIMIT'
  );
}

/** Goes on from the messages that the turn has added, within the rounds that are left of it. */
async function* runRounds(turn: ToolTurn): AsyncGenerator<[string, unknown]> {
  const { createAgent } = await import('langchain');
  const { added } = turn.state;
  const finished = added.filter((message) => message.getType() === 'ai').length;
  const agent = createAgent({ model: await turn.openModel(), tools: [...turn.tools] });
  try {
    const stream = await agent.stream(
      { messages: [...turn.messages, ...added] },
      {
        streamMode: ['messages', 'updates'],
        signal: turn.signal,
        recursionLimit: RECURSION_LIMIT - STEPS_OF_A_ROUND * finished,
      },
    );
    yield* stream as AsyncIterable<[string, unknown]>;
  } catch (error) {
    if (!isOutOfRounds(error)) throw error;
    throw new ToolError('the model went on calling tools without an answer: ask more precisely, or switch tools off', {
      tool: [...turn.tools].map(({ name }) => name).join(', '),
      cause: error,
    });
  }
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
  for await (const [mode, value] of runRounds(turn)) {
    if (mode === 'messages') {
      yield* eventsOfChunk((value as [BaseMessage])[0], draft.answer);
      continue;
    }
    for (const message of messagesOfUpdate(value)) {
      const isAnswer = message.getType() === 'ai';
      if (isAnswer) yield* draft.answer.end();
      turn.state.add(isAnswer ? await draft.answer.finish(message as AIMessage) : message);
      yield* eventsOfMessage(message, turn.clientToolNames);
      if (isAnswer) continue;
      const passages = turn.citations.takeNew();
      if (passages.length > 0) yield { kind: 'context', passages, notices: [] };
      // A tool was called: what follows is the beginning of another answer.
      draft.answer = new AnswerText(turn.state, turn.citations);
    }
  }
}
