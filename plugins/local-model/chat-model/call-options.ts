import type {
  BaseChatModelCallOptions,
  BindToolsInput,
  ToolChoice as LangChainChoice,
} from '@langchain/core/language_models/chat_models';
import { convertToOpenAITool } from '@langchain/core/utils/function_calling';
import { InputRejectedError } from 'wooster';
import type { ChatRequest, JsonSchema, OfferedTool, ToolChoice } from '../client/chat-request.ts';

/** Options of one call, in LangChain's words. */
export interface LocalChatCallOptions extends BaseChatModelCallOptions {
  readonly tools?: BindToolsInput[];
  /** As on the OpenAI wire: `{type: 'json_schema', json_schema: {name, schema}}` or `{type: 'json_object'}`. */
  readonly response_format?: Readonly<Record<string, unknown>>;
  readonly think?: ChatRequest['think'];
}

/** Tools in any of LangChain's forms as the dialects take them. */
export function toOfferedTools(tools: readonly BindToolsInput[] | undefined): OfferedTool[] | undefined {
  if (tools === undefined || tools.length === 0) return undefined;
  return tools.map((tool) => {
    const { name, description, parameters, strict } = convertToOpenAITool(tool as Record<string, unknown>).function as {
      name: string;
      description?: string;
      parameters?: JsonSchema;
      strict?: boolean;
    };
    return { name, description, parameters: parameters ?? { type: 'object', properties: {} }, isStrict: strict };
  });
}

/** LangChain's words for the choice (`any`, a name, an OpenAI object) as the dialects take it. */
export function toToolChoice(choice: LangChainChoice | undefined): ToolChoice | undefined {
  if (choice === undefined) return undefined;
  if (choice === 'any' || choice === 'required') return 'required';
  if (choice === 'auto' || choice === 'none') return choice;
  if (typeof choice === 'string') return { name: choice };
  const called = (choice as { function?: { name?: unknown }; name?: unknown }).function ?? choice;
  const { name } = called as { name?: unknown };
  if (typeof name === 'string') return { name };
  throw new InputRejectedError('tool_choice: write auto, any, none, or the name of a tool');
}

/** An OpenAI `response_format` as the dialects take it. */
export function toOutput(format: LocalChatCallOptions['response_format']): ChatRequest['output'] {
  if (format === undefined || format.type === 'text') return undefined;
  if (format.type === 'json_object') return 'json';
  const { name, schema, strict } = (format.json_schema ?? {}) as { name?: unknown; schema?: unknown; strict?: unknown };
  if (format.type !== 'json_schema' || typeof schema !== 'object' || schema === null) {
    throw new InputRejectedError('response_format: write {type: "json_schema", json_schema: {name, schema}}');
  }
  const isStrict = typeof strict === 'boolean' ? { isStrict: strict } : {};
  return { name: typeof name === 'string' ? name : 'answer', schema: schema as JsonSchema, ...isStrict };
}
