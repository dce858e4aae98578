import type { ChatHistoryItem } from 'node-llama-cpp';
import { jsonObjectGrammar, jsonSchemaGrammar } from '../grammar/json-schema-grammar.ts';
import { toolGrammar, type ToolShape } from '../grammar/tool-grammar.ts';
import { RequestRefusal } from '../child/request-refusal.ts';
import { chatHistory } from './chat-history.ts';
import type { ChatRequest, WireTool } from './chat-request.ts';
import { callsOfTurn, type PlainCall } from './repeated-call.ts';
import { toolPrompt } from './tool-prompt.ts';

/**
 * How a request is answered.
 *
 * With tools, calls are offered in every step of a turn, because a task may need several. Small models tend to repeat the
 * call whose result they were just given, so a call that was already made in this turn with equal arguments (`made`) is not
 * given out: the answer is then made again under `answerGrammar`, which has no calls. A caller that insists on a call
 * (`required`, or a tool by name) gets it, repeated or not.
 */
export interface ReplyPlan {
  readonly kind: 'text' | 'union';
  readonly history: ChatHistoryItem[];
  readonly grammar?: string;
  /** Taken when llama.cpp cannot parse `grammar`: the same shape with less of the schema. */
  readonly looseGrammar?: string;
  readonly answerGrammar?: string;
  readonly made: readonly PlainCall[];
}

/** Plans the reply; refuses what contradicts itself. */
export function planReply(request: ChatRequest): ReplyPlan {
  const tools = chosenTools(request);
  if (tools.length > 0) return planUnion(request, tools);
  const history = chatHistory(request.messages, { isUnion: false });
  return { kind: 'text', history, made: [], ...formatGrammar(request) };
}

function planUnion(request: ChatRequest, tools: readonly WireTool[]): ReplyPlan {
  const mayAnswer = (request.tool_choice ?? 'auto') === 'auto';
  const shapes = tools.map(({ function: { name, parameters } }): ToolShape => ({
    name,
    parameters: parameters ?? undefined,
  }));
  const open = shapes.map(({ name }): ToolShape => ({ name, parameters: { type: 'object' } }));
  return {
    kind: 'union',
    history: chatHistory(request.messages, { isUnion: true, instructions: toolPrompt(tools, mayAnswer) }),
    grammar: toolGrammar(shapes, mayAnswer),
    looseGrammar: toolGrammar(open, mayAnswer),
    ...(mayAnswer ? { answerGrammar: toolGrammar([], true) } : {}),
    made: mayAnswer ? callsOfTurn(request.messages) : [],
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
  throw new RequestRefusal(
    400,
    'invalid_request_error',
    `tool_choice names ${choice.function.name}, which is not among the tools`,
  );
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
