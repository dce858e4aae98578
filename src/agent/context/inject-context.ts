import type { BaseMessage } from '@langchain/core/messages';
import { z } from 'zod';
import type { AgentEvent, AgentRequest } from '../../contracts/agent/agent.ts';
import type { TurnContext } from '../../contracts/agent/context-source.ts';
import type { ToolDescriptor } from '../../contracts/commands/tool.ts';
import { estimateTextTokens } from '../../routing/chat/estimate-text.ts';
import type { TurnCitations } from '../citations/turn-citations.ts';
import type { ToolOffering } from '../offer-tools.ts';
import { contextBudget, fitFacts, leftOfWindow, mostContext } from './context-budget.ts';
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
  /** Tokens of the window that the prompt and the answer leave; undefined where the window is unknown. */
  readonly leftTokens: number | undefined;
  /** For the person, when there is anything to tell. */
  readonly event: AgentEvent | undefined;
}

/** Tokens of the words around the passages. */
const FRAME_TOKENS = 120;

/** Tools see the window after the passages that were injected, and may be called more than once. */
const SHARE_OF_A_TOOL = 0.5;

/** Share of the window that is kept for what tools answer. */
const SHARE_OF_RESULTS = 0.2;

/** Tools as they weigh in a prompt; a schema is translated once. */
const described = new WeakMap<ToolDescriptor, unknown>();

function describeTool(tool: ToolDescriptor): unknown {
  const known = described.get(tool) ?? [tool.id, tool.description, z.toJSONSchema(tool.schema)];
  described.set(tool, known);
  return known;
}

function describeTools({ tools }: ToolOffering): readonly unknown[] {
  return tools.map(describeTool);
}

/** Tokens that what was said before may take beside the question, its context, the tools and the answer. */
export function historyRoom(
  parts: Pick<ContextParts, 'prompt' | 'request' | 'context' | 'offering'>,
): number | undefined {
  const { prompt, request, context, offering } = parts;
  const { contextTokens } = offering;
  const tools = describeTools(offering);
  const left = leftOfWindow({ messages: request.messages, tools, parameters: request.parameters, contextTokens });
  if (contextTokens === undefined || left === undefined) return undefined;
  const told = [...context.passages.map(({ text }) => text), ...context.facts, ...context.instructions].join('\n');
  const forContext = Math.min(estimateTextTokens(told), mostContext(contextTokens));
  const results = tools.length === 0 ? 0 : Math.floor(contextTokens * SHARE_OF_RESULTS);
  return left - estimateTextTokens(prompt) - FRAME_TOKENS - forContext - results;
}

/** Puts facts and instructions into the system message and passages before the question, within what the window leaves. */
export async function injectContext(parts: ContextParts): Promise<PromptedTurn> {
  const { prompt, history, request, citations, context, offering } = parts;
  const { SystemMessage } = await import('@langchain/core/messages');
  const system = (text: string): BaseMessage[] => (text === '' ? [] : [new SystemMessage(text)]);
  const tools = describeTools(offering);
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
  const text = writeSystemText(prompt, { ...injected, hasTools: tools.length > 0 });
  const written = [...system(text), ...history, ...request.messages.slice(0, -1), ...asked];
  return {
    messages: written,
    budget: Math.floor(left * SHARE_OF_A_TOOL),
    leftTokens: leftOfWindow({ messages: written, tools, parameters, contextTokens: offering.contextTokens }),
    event: shown.length + notices.length === 0 ? undefined : { kind: 'context', passages: shown, notices },
  };
}
