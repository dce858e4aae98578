import type { AIMessage, BaseMessage, ToolMessage } from '@langchain/core/messages';
import { CapabilityError, InputRejectedError } from 'wooster';
import type { ChatTurn, TurnPart, TurnToolCall } from '../client/chat-request.ts';
import { readImageBlock } from './image-blocks.ts';

type Block = Readonly<Record<string, unknown>>;

function blocksOf(message: BaseMessage): readonly Block[] {
  const { content } = message;
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function toParts(message: BaseMessage): TurnPart[] {
  return blocksOf(message).flatMap((block): TurnPart[] => {
    if (block.type === 'text') return [{ kind: 'text', text: String(block.text) }];
    if (block.type === 'image' || block.type === 'image_url') return [readImageBlock(block)];
    const what = String(block.type);
    throw new CapabilityError(`a ${what} block in a message: local chat models take text and images`, {
      capability: what,
    });
  });
}

function textOf(message: BaseMessage): string {
  return blocksOf(message)
    .map((block) => (block.type === 'text' ? String(block.text) : ''))
    .join('');
}

function reasoningOf(message: BaseMessage): string | undefined {
  const kept: unknown = message.additional_kwargs.reasoning_content;
  if (typeof kept === 'string' && kept !== '') return kept;
  const blocks = blocksOf(message).filter(({ type }) => type === 'reasoning');
  const text = blocks.map(({ reasoning }) => (typeof reasoning === 'string' ? reasoning : '')).join('');
  return text === '' ? undefined : text;
}

function toolCallsOf(message: AIMessage): TurnToolCall[] {
  const whole = (message.tool_calls ?? []).map(({ id, name, args }, index) => ({
    id: id ?? `call_${index}`,
    name,
    argumentsText: JSON.stringify(args),
  }));
  // A call with broken arguments was answered with an error; the history keeps the pair, with arguments a template can read.
  const broken = (message.invalid_tool_calls ?? []).map(({ id, name }, index) => ({
    id: id ?? `broken_${index}`,
    name: name ?? 'unknown',
    argumentsText: '{}',
  }));
  return [...whole, ...broken];
}

/** Images in a tool's result cannot be sent in its turn on every wire; they are refused rather than dropped. */
function toolText(message: ToolMessage): string {
  const other = blocksOf(message).find(({ type }) => type !== 'text');
  if (other === undefined) return textOf(message);
  throw new InputRejectedError(`a tool result holds a ${String(other.type)} block; give its text`);
}

function toTurn(message: BaseMessage, names: Map<string, string>): ChatTurn {
  const kind = message.getType();
  if (kind === 'ai') {
    const toolCalls = toolCallsOf(message as AIMessage);
    for (const { id, name } of toolCalls) names.set(id, name);
    return { role: 'assistant', text: textOf(message), reasoning: reasoningOf(message), toolCalls };
  }
  if (kind === 'tool') {
    const result = message as ToolMessage;
    const toolName = result.name ?? names.get(result.tool_call_id);
    return { role: 'tool', callId: result.tool_call_id, toolName, text: toolText(result) };
  }
  if (kind === 'system' || kind === 'developer') return { role: 'system', parts: toParts(message) };
  if (kind === 'human') return { role: 'user', parts: toParts(message) };
  const role = (message as { role?: unknown }).role;
  if (kind === 'generic' && (role === 'system' || role === 'user')) return { role, parts: toParts(message) };
  if (kind === 'generic' && role === 'assistant') return { role, text: textOf(message), toolCalls: [] };
  throw new InputRejectedError(`a message of kind ${kind}: use system, user, assistant or tool messages`);
}

/** Translates LangChain messages into turns; a tool result gets the name of the call it answers. */
export function turnsFromMessages(messages: readonly BaseMessage[]): ChatTurn[] {
  const names = new Map<string, string>();
  return messages.map((message) => toTurn(message, names));
}
