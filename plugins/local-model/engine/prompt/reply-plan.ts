import type { ChatHistoryItem } from 'node-llama-cpp';
import { RequestRefusal } from '../child/request-refusal.ts';
import { jsonObjectGrammar, jsonSchemaGrammar } from '../grammar/json-schema-grammar.ts';
import { answerHistory, chatHistory } from './chat-history.ts';
import type { ChatRequest, WireTool } from './chat-request.ts';
import { callsOfTurn, earlierCalls, wereSeveral, type PlainCall } from './repeated-call.ts';
import { toolPrompt } from './tool-prompt.ts';

/**
 * How a request is answered.
 *
 * With tools (`kind` tools), the model first decides between a call and words, unless the caller insists on a call
 * (`isCallForced`: `required`, or a tool by name). A call is one of the tools, with arguments that are made under the grammar
 * of its schema. Calls are offered in every step of a turn, because a task may need several; a small model tends
 * to repeat the call whose result it was just given, so a call that repeats one of `made` is not given out, and the answer is
 * made in words from a prompt that offers no tools. A caller that insists on a call gets it, repeated or not.
 */
export interface ReplyPlan {
  readonly kind: 'text' | 'tools';
  readonly history: ChatHistoryItem[];
  /** The form of an answer without tools. */
  readonly grammar?: string;
  /** Taken when llama.cpp cannot parse `grammar`: the same shape with less of the schema. */
  readonly looseGrammar?: string;
  readonly isCallForced: boolean;
  /** Whether words are due: a small model goes on calling, but after several calls at once it has what it needs. */
  readonly isAnswerDue: boolean;
  /** After calls were made in this turn: the history for an answer in words, without tools and calls. */
  readonly wordsHistory?: ChatHistoryItem[];
  readonly tools: readonly WireTool[];
  /** The calls of this turn. */
  readonly made: readonly PlainCall[];
  /** The calls of earlier turns. */
  readonly earlier: readonly PlainCall[];
}

/** Plans the reply; refuses what contradicts itself. */
export function planReply(request: ChatRequest): ReplyPlan {
  const tools = chosenTools(request);
  if (tools.length > 0) return planTools(request, tools);
  const history = chatHistory(request.messages);
  const none = { made: [], earlier: [], isCallForced: false, isAnswerDue: false };
  return { kind: 'text', history, tools, ...none, ...formatGrammar(request) };
}

function planTools(request: ChatRequest, tools: readonly WireTool[]): ReplyPlan {
  const made = callsOfTurn(request.messages);
  return {
    kind: 'tools',
    history: chatHistory(request.messages, toolPrompt(tools)),
    ...(made.length > 0 ? { wordsHistory: answerHistory(request.messages) } : {}),
    isAnswerDue: wereSeveral(request.messages),
    isCallForced: (request.tool_choice ?? 'auto') !== 'auto',
    tools,
    made,
    earlier: earlierCalls(request.messages),
  };
}

function chosenTools({ tools, tool_choice: choice }: ChatRequest): readonly WireTool[] {
  const offered = tools ?? [];
  if (choice === 'none') return [];
  if (choice === 'required' && offered.length === 0) {
    throw new RequestRefusal(400, 'invalid_request_error', 'tool_choice is "required" but the request offers no tools');
  }
  if (typeof choice !== 'object' || choice === null) return offered;
  const named = offered.filter((tool) => tool.function.name === choice.function.name);
  if (named.length > 0) return named;
  const message = `tool_choice names ${choice.function.name}, which is not among the tools`;
  throw new RequestRefusal(400, 'invalid_request_error', message);
}

function formatGrammar({ grammar, response_format: format }: ChatRequest): Pick<ReplyPlan, 'grammar' | 'looseGrammar'> {
  if (typeof grammar === 'string' && grammar !== '') return { grammar };
  if (format?.type === 'json_object' && format.schema === undefined) return { grammar: jsonObjectGrammar() };
  if (format?.type !== 'json_schema' && format?.type !== 'json_object') return {};
  const schema = format.json_schema?.schema ?? format.schema;
  if (schema === undefined) {
    throw new RequestRefusal(400, 'invalid_request_error', 'response_format json_schema lacks json_schema.schema');
  }
  return { grammar: jsonSchemaGrammar(schema), looseGrammar: jsonObjectGrammar() };
}
