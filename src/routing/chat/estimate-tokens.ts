import type { BaseMessage } from '@langchain/core/messages';

/** Role, separators and the template's own words around each message. */
const TOKENS_PER_MESSAGE = 8;

/** What the usual vision encoders take for one picture, rounded up. */
const TOKENS_PER_IMAGE = 1_200;

/**
 * Tokens of a text without a tokenizer, erring high: a third of its UTF-16 units, and half a token more for each UTF-8
 * byte beyond them. English prose takes about a quarter of a token a letter, Cyrillic under half, Chinese, Japanese and
 * Korean up to one and a third a character. Text without words, such as base64, can take more: then the server says so
 * and only a larger window is tried.
 */
export function estimateTextTokens(text: string): number {
  return Math.ceil(text.length / 3 + (Buffer.byteLength(text) - text.length) / 2);
}

function estimatePartTokens(part: unknown): number {
  if (typeof part === 'string') return estimateTextTokens(part);
  if (typeof part !== 'object' || part === null) return 0;
  if (isImagePart(part)) return TOKENS_PER_IMAGE;
  return estimateTextTokens('text' in part && typeof part.text === 'string' ? part.text : JSON.stringify(part));
}

function isImagePart(part: unknown): boolean {
  return (
    typeof part === 'object' &&
    part !== null &&
    'type' in part &&
    (part.type === 'image_url' || part.type === 'image' || part.type === 'input_image')
  );
}

/** True when a message holds a picture. */
export function hasImage(messages: readonly BaseMessage[]): boolean {
  return messages.some(({ content }) => Array.isArray(content) && content.some(isImagePart));
}

/** Tokens of a prompt, erring high, with its tools; the tokens of the answer are not in it. */
export function estimatePromptTokens(messages: readonly BaseMessage[], tools: readonly unknown[] | undefined): number {
  let tokens = tools === undefined || tools.length === 0 ? 0 : estimateTextTokens(JSON.stringify(tools));
  for (const message of messages) {
    tokens += TOKENS_PER_MESSAGE;
    if (typeof message.content === 'string') tokens += estimateTextTokens(message.content);
    else for (const part of message.content) tokens += estimatePartTokens(part);
    if ('tool_calls' in message && Array.isArray(message.tool_calls) && message.tool_calls.length > 0) {
      tokens += estimateTextTokens(JSON.stringify(message.tool_calls));
    }
  }
  return tokens;
}
