import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import { asBlock, keptFields } from '../history/content-block.ts';
import type { Block } from '../history/content-block.ts';
import { isPicture } from '../history/picture-blocks.ts';

/** Gives the text that stands in the place of another. */
type Visit = (text: string) => string;

/** Fields of a part of a content whose texts are names of the wire, not words of a person. */
const WIRE_NAMES: ReadonlySet<string> = new Set(['type', 'id', 'index', 'mimeType', 'mime_type', 'media_type']);

/** The value with every text within it visited; the same value when no text changed. */
export function visitValue(value: unknown, visit: Visit): unknown {
  if (typeof value === 'string') return visit(value);
  if (Array.isArray(value)) {
    const visited = value.map((each: unknown) => visitValue(each, visit));
    return visited.every((each, index) => each === value[index]) ? value : visited;
  }
  const block = asBlock(value);
  if (block === undefined || value instanceof Uint8Array) return value;
  const entries = Object.entries(block).map(([key, each]): [string, unknown] => {
    return [key, visitValue(each, visit)];
  });
  return entries.every(([key, each]) => each === block[key]) ? value : Object.fromEntries(entries);
}

function visitPart(part: Block, visit: Visit): Block {
  const entries = Object.entries(part).map(([key, each]): [string, unknown] => {
    return [key, WIRE_NAMES.has(key) ? each : visitValue(each, visit)];
  });
  return entries.every(([key, each]) => each === part[key]) ? part : Object.fromEntries(entries);
}

/** Pictures are no texts, whatever letters spell their bytes. */
function visitContent(content: BaseMessage['content'], visit: Visit): BaseMessage['content'] {
  if (typeof content === 'string') return visit(content);
  const visited = content.map((part) =>
    isPicture(part as Block) ? part : (visitPart(part as Block, visit) as typeof part),
  );
  return visited.every((part, index) => part === content[index]) ? content : visited;
}

function visitMessage(message: BaseMessage, visit: Visit): BaseMessage {
  const content = visitContent(message.content, visit);
  const calls = (message as AIMessage).tool_calls;
  const tool_calls = calls?.map((call) => {
    const args = visitValue(call.args, visit) as typeof call.args;
    return args === call.args ? call : { ...call, args };
  });
  const isSame = content === message.content && (calls ?? []).every((call, index) => call === tool_calls?.[index]);
  return isSame ? message : remake(message, content, tool_calls);
}

function remake(
  message: BaseMessage,
  content: BaseMessage['content'],
  tool_calls: AIMessage['tool_calls'],
): BaseMessage {
  const fields = { ...keptFields(message), content };
  switch (message.getType()) {
    case 'ai':
      return new AIMessage({ ...fields, tool_calls });
    case 'system':
      return new SystemMessage(fields);
    case 'tool': {
      const { tool_call_id, status } = message as ToolMessage;
      return new ToolMessage({ ...fields, tool_call_id, status });
    }
    default:
      return new HumanMessage(fields);
  }
}

/** Every text of a conversation, arguments of tool calls among them, in order. */
export function textsOf(messages: readonly BaseMessage[]): string[] {
  const texts: string[] = [];
  const visit: Visit = (text) => {
    texts.push(text);
    return text;
  };
  for (const message of messages) visitMessage(message, visit);
  return texts;
}

/** The conversation with other texts in the places of its own, in the order of `textsOf`; a message that stays the same is the same. */
export function withTexts(messages: readonly BaseMessage[], texts: readonly string[]): BaseMessage[] {
  let next = 0;
  const visit: Visit = (text) => texts[next++] ?? text;
  return messages.map((message) => visitMessage(message, visit));
}
