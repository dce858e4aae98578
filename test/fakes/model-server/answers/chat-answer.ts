import { createHash } from 'node:crypto';
import { isRecord } from '../http/call.ts';
import type { ContentFault } from '../faults/fault-kinds.ts';
import type { World } from '../world.ts';
import { exampleFor } from './schema-example.ts';

/** What a chat request asks, the same for every dialect. */
export interface ChatQuestion {
  model: string;
  messages: unknown;
  /** Most tokens of content; unlimited when absent. */
  maxTokens: number | undefined;
  /** A JSON schema the answer must fit. */
  schema: unknown;
}

export interface AnsweredToolCall {
  id: string;
  name: string;
  argumentsText: string;
}

/** What will be said, before any dialect puts it into its own words. */
export interface ChatAnswer {
  model: string;
  tokens: string[];
  reasoningTokens: string[];
  toolCalls: AnsweredToolCall[];
  finishReason: string;
  promptTokens: number;
  completionTokens: number;
  cachedTokens: number;
  cacheWriteTokens: number;
  costUsd: number | undefined;
  signature: string | undefined;
  hasUsage: boolean;
  firstTokenDelayMs: number;
  tokenDelayMs: number;
}

/** The fake's tokens: a word with the white space before it. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** The answer to a question by the script in force, with the content faults of the rule done to it. */
export function composeChat(world: World, question: ChatQuestion): ChatAnswer {
  const { script } = world;
  const toolCalls = (script.toolCalls ?? []).map((call, index) => ({
    id: call.id ?? `call_${hash(`${call.name}${index}${world.nextNumber()}`).slice(0, 8)}`,
    name: call.name,
    argumentsText: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
  }));
  const said = script.tokens ?? tokensOf(script.text ?? (toolCalls.length > 0 ? '' : defaultText(question)));
  const tokens = question.maxTokens === undefined ? said : said.slice(0, question.maxTokens);
  const reasoningTokens = tokensOf(script.reasoning ?? '');
  const stop = tokens.length < said.length ? 'length' : toolCalls.length > 0 ? 'tool_calls' : 'stop';
  const counted = tokens.length + reasoningTokens.length + toolCalls.length;
  const usage = typeof script.usage === 'object' ? script.usage : {};
  const answer: ChatAnswer = {
    model: question.model,
    tokens,
    reasoningTokens,
    toolCalls,
    finishReason: script.finishReason ?? stop,
    promptTokens: usage.promptTokens ?? countPrompt(question.messages),
    completionTokens: usage.completionTokens ?? counted,
    cachedTokens: usage.cachedTokens ?? 0,
    cacheWriteTokens: usage.cacheWriteTokens ?? 0,
    costUsd: usage.costUsd,
    signature: script.signature,
    hasUsage: script.usage !== false,
    firstTokenDelayMs: script.firstTokenDelayMs ?? 0,
    tokenDelayMs: script.tokenDelayMs ?? 0,
  };
  return world.faults.reduce((result, fault) => spoilChat(result, fault as ContentFault), answer);
}

function spoilChat(answer: ChatAnswer, fault: ContentFault): ChatAnswer {
  if (fault.kind === 'wrong-model') return { ...answer, model: fault.model };
  if (fault.kind === 'filtered') {
    return { ...answer, tokens: answer.tokens.slice(0, fault.afterTokens), finishReason: 'content_filter' };
  }
  if (fault.kind === 'invalid-tool-arguments') {
    const argumentsText = fault.text ?? '{"city": "Par';
    return { ...answer, toolCalls: answer.toolCalls.map((call) => ({ ...call, argumentsText })) };
  }
  if (fault.kind === 'duplicate-tool-ids') {
    const calls = answer.toolCalls.length === 1 ? [...answer.toolCalls, ...answer.toolCalls] : answer.toolCalls;
    return { ...answer, toolCalls: calls.map((call) => ({ ...call, id: calls[0]?.id ?? call.id })) };
  }
  return answer;
}

function defaultText(question: ChatQuestion): string {
  if (question.schema !== undefined) return JSON.stringify(exampleFor(question.schema));
  const last = messagesOf(question.messages).at(-1);
  const text = textOf(last?.['content']);
  return last?.['role'] === 'tool' ? `The tool said: ${text}` : `You said: ${text}`;
}

/** The messages of a request that are objects. */
export function messagesOf(messages: unknown): Record<string, unknown>[] {
  return Array.isArray(messages) ? messages.filter((message) => isRecord(message)) : [];
}

/** The text of a message's content: a string, or the text parts of a list. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

/** Tokens of all message texts; at least 1. */
export function countPrompt(messages: unknown): number {
  const count = messagesOf(messages).reduce((sum, message) => sum + tokensOf(textOf(message['content'])).length, 0);
  return Math.max(1, count);
}

/** Hexadecimal sha256 of a text. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
