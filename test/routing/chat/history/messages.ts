import { AIMessage, ToolMessage } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';

export const LOCAL = { providerId: 'ollama', modelId: 'qwen3', isCloud: false };
export const CLOUD = { providerId: 'openai', modelId: 'gpt-x', isCloud: true };
export const MISTRAL = { ...LOCAL, modelId: 'mistral-small' };

export type Content = BaseMessage['content'];

export function call(id: string | undefined, name = 'f', args: Record<string, unknown> = {}): AIMessage {
  return new AIMessage({ content: '', tool_calls: [{ id, name, args }] });
}

export function result(id: string, content: Content = 'r', name?: string): ToolMessage {
  return new ToolMessage({ content, tool_call_id: id, name });
}

/** What matters of each message: who speaks, what, under which ids. */
export function shown(messages: readonly BaseMessage[]): unknown[] {
  return messages.map((message) => {
    const kind = message.getType();
    if (kind === 'tool') return ['tool', (message as ToolMessage).tool_call_id, message.content];
    const calls = kind === 'ai' ? ((message as AIMessage).tool_calls ?? []) : [];
    return calls.length === 0 ? [kind, message.content] : [kind, message.content, calls.map(({ id }) => id)];
  });
}
