import type { BaseMessage } from '@langchain/core/messages';
import { estimateTextTokens } from './estimate-text.ts';

/** Role, separators and the template's own words around each message. */
const TOKENS_PER_MESSAGE = 8;

/** A template's own system message, where the conversation has none (Qwen 2.5 writes 21 tokens), and the answer's start. */
const TOKENS_PER_PROMPT = 28;

/** What templates write around the list of tools (Qwen 2.5 about 100 tokens, Llama 3.1 about 130). */
const TOKENS_PER_TOOL_LIST = 160;

/** What the usual vision encoders take for one picture, rounded up. */
const TOKENS_PER_IMAGE = 1_500;

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
  let tokens = TOKENS_PER_PROMPT;
  if (tools !== undefined && tools.length > 0)
    tokens += TOKENS_PER_TOOL_LIST + estimateTextTokens(JSON.stringify(tools));
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
