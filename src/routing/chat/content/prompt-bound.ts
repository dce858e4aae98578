import type { BaseMessage } from '@langchain/core/messages';
import { isPicture } from '../history/picture-blocks.ts';
import type { Block } from '../history/content-block.ts';

/** Role, separators and ids around each message, and what a template writes around a prompt and its tools, tokens; generous. */
const PER_MESSAGE = 32;
const PER_PROMPT = 512;

/** More than any public provider counts for one picture at its highest detail. */
const PER_PICTURE = 50_000;

function bytesOf(value: unknown): number {
  return Buffer.byteLength(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

function boundOfContent(content: BaseMessage['content']): number {
  if (typeof content === 'string') return bytesOf(content);
  return content.reduce((sum, part) => sum + bytesOf(part) + (isPicture(part as Block) ? PER_PICTURE : 0), 0);
}

/**
 * The most tokens a prompt can be: a token of a byte-level vocabulary spells at least one byte, and everything that is
 * sent is counted, with an overhead for each message.
 */
export function boundOfPrompt(
  messages: readonly BaseMessage[],
  { tools, response_format: format }: { readonly tools?: readonly unknown[]; readonly response_format?: unknown },
): number {
  const said = messages.reduce((sum, message) => {
    const calls: unknown = 'tool_calls' in message ? message.tool_calls : undefined;
    return sum + PER_MESSAGE + boundOfContent(message.content) + (calls === undefined ? 0 : bytesOf(calls));
  }, PER_PROMPT);
  return said + (tools === undefined ? 0 : bytesOf(tools)) + (format === undefined ? 0 : bytesOf(format));
}
