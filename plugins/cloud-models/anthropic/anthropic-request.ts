import { AIMessage, SystemMessage, type BaseMessage, type MessageContent } from '@langchain/core/messages';
import { asFields, type Fields } from '../common/watched-reply.ts';
import type { SealedThought } from './anthropic-watch.ts';

const CACHED = { cache_control: { type: 'ephemeral' } };

/** Shorter beginnings are not kept by Anthropic: 1024 tokens of the smaller limit, of about four characters. */
const SHORTEST_KEPT = 4 * 1024;

/** Words of JSON Schema that Anthropic's constrained output refuses (its guide to structured outputs, limitations). */
const REFUSED_WORDS: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'pattern',
  '$schema',
]);

function eachValue(fields: unknown): Fields {
  return Object.fromEntries(Object.entries(asFields(fields)).map(([name, value]) => [name, closeSchema(value)]));
}

/** A schema in the form Anthropic constrains output to: closed objects, and no word that it refuses. */
function closeSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const closed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (REFUSED_WORDS.has(name)) continue;
    const isNamed = name === 'properties' || name === '$defs' || name === 'definitions';
    const isData = name === 'enum' || name === 'const' || name === 'required' || name === 'default';
    closed[name] = isData ? value : isNamed ? eachValue(value) : closeSchema(value);
  }
  if (closed.type === 'object') closed.additionalProperties = false;
  return closed;
}

/** The options of a call in Anthropic's words; the router gives them in OpenAI's. */
export function toAnthropicOptions<Options extends object>(options: Options): Options {
  const { response_format, tool_choice } = options as { response_format?: unknown; tool_choice?: unknown };
  const { type, json_schema } = asFields(response_format);
  const format = { type: 'json_schema', schema: closeSchema(asFields(json_schema).schema) };
  const named = asFields(asFields(tool_choice).function).name;
  return {
    ...options,
    ...(type === 'json_schema' && { outputConfig: { format } }),
    ...(typeof named === 'string' && { tool_choice: { type: 'tool', name: named } }),
  };
}

/** Marks what stays the same from turn to turn, so that Anthropic reads it at a tenth of the price: the last of the tools. */
export function markTools<Tool extends object>(tools: readonly Tool[] | undefined): Tool[] | undefined {
  if (tools === undefined || JSON.stringify(tools).length < SHORTEST_KEPT) return tools && [...tools];
  return tools.map((tool, index) => (index === tools.length - 1 ? { ...tool, ...CACHED } : tool));
}

function markSystem(message: BaseMessage, lengthBefore: number): BaseMessage {
  const blocks = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : [...message.content];
  const last = blocks.at(-1);
  const isLong = lengthBefore + JSON.stringify(blocks).length >= SHORTEST_KEPT;
  if (last === undefined || !isLong || message.text === '') return message;
  const marked = [...blocks.slice(0, -1), { ...last, ...CACHED }];
  return new SystemMessage({ content: marked as MessageContent });
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

/**
 * Messages as the package must get them: an answer of Anthropic's own begins with the reasoning it was sealed with, and
 * the system's words are marked where they and the tools before them are long.
 */
export function toAnthropicMessages(
  messages: readonly BaseMessage[],
  { isCaching, toolsLength }: { readonly isCaching: boolean; readonly toolsLength: number },
): BaseMessage[] {
  // Most of its models refuse the system's words among those of the conversation.
  const system = messages.filter(isSystem);
  const last = system.pop();
  const marked = last === undefined ? [] : [isCaching ? markSystem(last, toolsLength) : last];
  const rest = messages.filter((message) => !isSystem(message));
  const said = rest.map((message) => (message.getType() === 'ai' ? unseal(message as AIMessage) : message));
  return [...system, ...marked, ...said];
}
