import { ChatMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import type { BaseMessage, MessageContent } from '@langchain/core/messages';
import { blocksOf, isStandardFormat, keptFields, textOr, type Block } from './content-block.ts';
import { isPicture, toImageUrl } from './picture-blocks.ts';

/** Vendors' and LangChain's own names for a block that is nothing but text. */
const TEXT_TYPES: ReadonlySet<unknown> = new Set(['input_text', 'output_text', 'text-plain']);

/** A block in the form every target reads; one that has none stays, so that a target refuses it by name. */
export function fitBlock(block: Block): Block {
  if (isPicture(block)) return toImageUrl(block);
  return TEXT_TYPES.has(block.type) && typeof block.text === 'string'
    ? { type: 'text', text: textOr(block.text) }
    : block;
}

/** What a person or the system says, with its text and pictures in the common form; the same message when they are. */
export function fitContent(message: BaseMessage): BaseMessage {
  const blocks = blocksOf(message);
  if (blocks === undefined) return message;
  const fitted = blocks.map(fitBlock);
  if (!isStandardFormat(message) && fitted.every((block, index) => block === blocks[index])) return message;
  const fields = {
    ...keptFields(message),
    content: fitted as unknown as MessageContent,
    additional_kwargs: message.additional_kwargs,
  };
  const kind = message.getType();
  if (kind === 'human') return new HumanMessage(fields);
  if (kind === 'system') return new SystemMessage(fields);
  return ChatMessage.isInstance(message) ? new ChatMessage({ ...fields, role: message.role }) : message;
}
