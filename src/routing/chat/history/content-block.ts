import type { BaseMessage } from '@langchain/core/messages';

/** One block of a message's content; its fields are the vendor's. */
export type Block = Readonly<Record<string, unknown>>;

/** The blocks of a content that is a list; undefined for a text. */
export function blocksOf({ content }: BaseMessage): readonly Block[] | undefined {
  return typeof content === 'string' ? undefined : content;
}

/** The value as an object. */
export function asBlock(value: unknown): Block | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Block) : undefined;
}

/** The value as a text, empty when it is none. */
export function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Fields that a message keeps when it is made anew; the mark of LangChain's first content format goes with the blocks. */
export function keptFields(message: BaseMessage): {
  id?: string;
  name?: string;
  response_metadata: Record<string, unknown>;
} {
  const { output_version: _, ...metadata } = (message.response_metadata ?? {}) as Record<string, unknown>;
  return { id: message.id, name: message.name, response_metadata: metadata };
}

/** True for content in LangChain's own format, which its packages read along another path than a vendor's. */
export function isStandardFormat({ response_metadata: metadata }: BaseMessage): boolean {
  return (metadata as Block | undefined)?.output_version === 'v1';
}
