import type { BaseMessage } from '@langchain/core/messages';
import { z } from 'zod';
import type { AgentEvent, AgentRequest } from '../../contracts/agent/agent.ts';
import type { TurnContext } from '../../contracts/agent/context-source.ts';
import { estimateTextTokens } from '../../routing/chat/estimate-text.ts';
import type { TurnCitations } from '../citations/turn-citations.ts';
import type { ToolOffering } from '../offer-tools.ts';
import { contextBudget, fitFacts } from './context-budget.ts';
import { withPassages, writeSystemText } from './write-context.ts';

/** What the prompt of a turn is made of. */
interface ContextParts {
  readonly prompt: string;
  readonly history: readonly BaseMessage[];
  readonly request: AgentRequest;
  readonly citations: TurnCitations;
  readonly context: Required<TurnContext>;
  readonly offering: ToolOffering;
}

/** The prompt of a turn with what its sources found. */
export interface PromptedTurn {
  readonly messages: readonly BaseMessage[];
  /** Tokens that the passages of one call of a tool may take. */
  readonly budget: number;
  /** For the person, when there is anything to tell. */
  readonly event: AgentEvent | undefined;
}

/** Tokens of the words around the passages. */
const FRAME_TOKENS = 120;

/** Tools see the window after the passages that were injected, and may be called more than once. */
const SHARE_OF_A_TOOL = 0.5;

/** Puts facts and instructions into the system message and passages before the question, within what the window leaves. */
export async function injectContext(parts: ContextParts): Promise<PromptedTurn> {
  const { prompt, history, request, citations, context, offering } = parts;
  const { SystemMessage } = await import('@langchain/core/messages');
  const system = (text: string): BaseMessage[] => (text === '' ? [] : [new SystemMessage(text)]);
  const tools = offering.tools.map(({ id, description, schema }) => [id, description, z.toJSONSchema(schema)]);
  const messages = [...system(prompt), ...history, ...request.messages];
  const { parameters } = request;
  const whole = contextBudget({ messages, tools, parameters, contextTokens: offering.contextTokens });
  const instructions = whole === 0 ? [] : context.instructions;
  const { kept: facts, left } = fitFacts(context.facts, whole);
  const room = left - FRAME_TOKENS - estimateTextTokens(instructions.join('\n'));
  const passages = citations.add(context.passages, room);
  const injected = { passages, facts, instructions };
  const question = request.messages.at(-1);
  const asked = question === undefined ? [] : [await withPassages(question, injected)];
  const notices =
    context.passages.length > 0 && passages.length === 0
      ? [...context.notices, 'the window of the model has no room for the passages that were found: begin a new chat']
      : context.notices;
  const shown = citations.takeNew();
  return {
    messages: [...system(writeSystemText(prompt, injected)), ...history, ...request.messages.slice(0, -1), ...asked],
    budget: Math.floor(left * SHARE_OF_A_TOOL),
    event: shown.length + notices.length === 0 ? undefined : { kind: 'context', passages: shown, notices },
  };
}
