import { SystemMessage } from '@langchain/core/messages';
import type { BaseMessage, MessageContent } from '@langchain/core/messages';
import { blocksOf } from './content-block.ts';

function isSystem(message: BaseMessage): boolean {
  return message.getType() === 'system';
}

function joinContents(messages: readonly BaseMessage[]): MessageContent {
  const texts = messages.map(({ content }) => content);
  if (texts.every((text) => typeof text === 'string')) return texts.join('\n\n');
  return messages.flatMap(
    (message) => blocksOf(message) ?? [{ type: 'text', text: message.content }],
  ) as unknown as MessageContent;
}

/** One system message, at the start: chat templates of open weights (Qwen, Mistral, Gemma) refuse one anywhere else. */
export function systemFirst(messages: readonly BaseMessage[]): readonly BaseMessage[] {
  if (!messages.some((message, index) => index > 0 && isSystem(message))) return messages;
  const systems = messages.filter(isSystem);
  const rest = messages.filter((message) => !isSystem(message));
  return [systems.length === 1 ? systems[0]! : new SystemMessage({ content: joinContents(systems) }), ...rest];
}
