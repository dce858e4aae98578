import type { ChatAnthropicCallOptions } from '@langchain/anthropic';
import { convertToOpenAITool } from '@langchain/core/utils/function_calling';
import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
  type MessageContent,
} from '@langchain/core/messages';
import { SHORTEST_KEPT_CHARACTERS } from '../common/shortest-kept.ts';
import { asFields } from '../common/watched-reply.ts';
import { closeSchema, flattenTop, isOpenSchema } from './anthropic-schema.ts';
import { ANSWER_TOOL, type SealedThought } from './anthropic-watch.ts';

const CACHED = { cache_control: { type: 'ephemeral' } };

/** The options of a call in Anthropic's words; the router gives them in OpenAI's. */
export function toAnthropicOptions<Options extends object>(options: Options): Options {
  const { response_format, tool_choice } = options as { response_format?: unknown; tool_choice?: unknown };
  const { type, json_schema } = asFields(response_format);
  const { schema } = asFields(json_schema);
  if (type === 'json_schema' && isOpenSchema(schema)) return withAnswerTool(options, schema);
  const format = { type: 'json_schema', schema: closeSchema(schema) };
  const named = asFields(asFields(tool_choice).function).name;
  return {
    ...options,
    ...(type === 'json_schema' && { outputConfig: { format } }),
    ...(typeof named === 'string' && { tool_choice: { type: 'tool', name: named } }),
  };
}

/** A tool takes any schema; it must be called, unless there are others, one of which may be called first. */
function withAnswerTool<Options extends object>(options: Options, schema: unknown): Options {
  const { tools = [] } = options as { tools?: readonly unknown[] };
  const answer = { name: ANSWER_TOOL, description: 'Gives the answer, in this form.', input_schema: schema };
  const tool_choice = tools.length === 0 ? { type: 'tool', name: ANSWER_TOOL } : { type: 'any' };
  return { ...options, tools: [...tools, answer], tool_choice };
}

/** True where a tool has to be called, which Anthropic refuses together with reasoning. */
export function isCallForced(options: object): boolean {
  const { tool_choice: choice } = options as { tool_choice?: unknown };
  const type = typeof choice === 'string' ? choice : asFields(choice).type;
  return type !== undefined && type !== 'auto' && type !== 'none';
}

type AnthropicTool = NonNullable<ChatAnthropicCallOptions['tools']>[number];

/** A tool in Anthropic's own form; what is in a form of its own already stays. */
export function toAnthropicTool(tool: AnthropicTool): AnthropicTool {
  const { function: declared } = asFields(convertToOpenAITool(tool));
  const { name, description, parameters } = asFields(declared);
  if (typeof name !== 'string') return tool;
  const input_schema = flattenTop(parameters ?? { type: 'object', properties: {} });
  return { name, description, input_schema } as AnthropicTool;
}

/** Marks what stays the same from turn to turn, so that Anthropic reads it at a tenth of the price: the last of the tools. */
export function markTools<Tool extends object>(tools: readonly Tool[] | undefined): Tool[] | undefined {
  if (tools === undefined || JSON.stringify(tools).length < SHORTEST_KEPT_CHARACTERS) return tools && [...tools];
  return tools.map((tool, index) => (index === tools.length - 1 ? { ...tool, ...CACHED } : tool));
}

function lengthOf(messages: readonly BaseMessage[]): number {
  return messages.reduce((sum, { content }) => sum + JSON.stringify(content).length, 0);
}

function markSystem(message: BaseMessage): BaseMessage {
  const blocks = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : [...message.content];
  const last = blocks.at(-1);
  if (last === undefined || message.text === '') return message;
  return new SystemMessage({ content: [...blocks.slice(0, -1), { ...last, ...CACHED }] as MessageContent });
}

/** Within a tool loop the next call begins with this one and comes at once; the mark stands on the result itself. */
function markResult(message: BaseMessage): BaseMessage {
  if (!ToolMessage.isInstance(message) || typeof message.content !== 'string') return message;
  const result = { type: 'tool_result', tool_use_id: message.tool_call_id, content: message.content, ...CACHED };
  return new HumanMessage({ content: [result] as unknown as MessageContent });
}

function thoughtsOf(message: BaseMessage): readonly SealedThought[] {
  const { sealed_thoughts: sealed } = message.additional_kwargs as { sealed_thoughts?: readonly SealedThought[] };
  return Array.isArray(sealed) ? sealed : [];
}

/** The results that are given belong to calls of an answer that began without sealed reasoning. */
export function isForeignTurn(messages: readonly BaseMessage[]): boolean {
  if (messages.at(-1)?.getType() !== 'tool') return false;
  const called = messages.findLast((message) => message.getType() === 'ai');
  return called !== undefined && thoughtsOf(called).length === 0;
}

function unseal(message: AIMessage): AIMessage {
  const sealed = thoughtsOf(message);
  if (sealed.length === 0 || typeof message.content !== 'string') return message;
  const said = message.content === '' ? [] : [{ type: 'text', text: message.content }];
  return new AIMessage({
    content: [...sealed, ...said] as unknown as MessageContent,
    tool_calls: message.tool_calls,
  });
}

function isSystem(message: BaseMessage): boolean {
  return message.getType() === 'system';
}

/** How messages are to be marked. */
interface Marking {
  readonly isCaching: boolean;
  /** Characters of the tools, which stand before all messages. */
  readonly toolsLength: number;
}

/**
 * Messages as the package must get them: an answer of Anthropic's own begins with the reasoning it was sealed with. The
 * system's words, and within a tool loop the last result, are marked where they and all before them are long.
 */
export function toAnthropicMessages(
  messages: readonly BaseMessage[],
  { isCaching, toolsLength }: Marking,
): BaseMessage[] {
  // Most of its models refuse the system's words among those of the conversation.
  const system = messages.filter(isSystem);
  const rest = messages.filter((message) => !isSystem(message));
  const said = rest.map((message) => (message.getType() === 'ai' ? unseal(message as AIMessage) : message));
  if (!isCaching) return [...system, ...said];
  const beginning = toolsLength + lengthOf(system);
  return [...markLast(system, beginning, markSystem), ...markLast(said, beginning + lengthOf(said), markResult)];
}

function markLast(
  messages: readonly BaseMessage[],
  length: number,
  mark: (message: BaseMessage) => BaseMessage,
): BaseMessage[] {
  const last = messages.at(-1);
  return last === undefined || length < SHORTEST_KEPT_CHARACTERS
    ? [...messages]
    : [...messages.slice(0, -1), mark(last)];
}
