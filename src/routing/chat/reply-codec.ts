import { randomBytes } from 'node:crypto';
import { AIMessageChunk } from '@langchain/core/messages';
import type { AIMessage, BaseMessage, UsageMetadata } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { convertToOpenAITool, isLangChainTool } from '@langchain/core/utils/function_calling';
import type { ReplyCodec } from '../../contracts/routing/router.ts';
import type { ChatCallOptions } from './chat-operation.ts';
import { historyContent } from './history/history-content.ts';
import { joinChunks } from './join-chunks.ts';
import { finishReasonsIn } from './message-parts.ts';

/** An answer as it is written down. */
interface KeptAnswer {
  readonly content: string | readonly Readonly<Record<string, unknown>>[];
  readonly calls: readonly { readonly id: string | undefined; readonly name: string; readonly args: unknown }[];
  /** Reasoning and what else stands beside the content. */
  readonly beside: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly generation: Record<string, unknown> | undefined;
  readonly usage: UsageMetadata | undefined;
  readonly name: string | undefined;
}

/**
 * Reasons for which servers and vendors end an answer that is whole. Not among them are those of an answer that was cut
 * or withheld: the limit may be the server's own and be another one tomorrow.
 */
const WHOLE: ReadonlySet<string> = new Set([
  'stop',
  'tool_calls',
  'function_call',
  'end_turn',
  'tool_use',
  'stop_sequence',
  'eos_token',
  'complete',
]);

/** Pieces in which a kept text is streamed, and characters that each has at least. */
const PIECES = 8;
const SHORTEST_PIECE = 48;

/**
 * Writes answers of a chat down and makes them again. Kept is an answer that ended by itself, says something, and whose
 * tool calls can all be read; the ids of its calls are new each time it is made again.
 */
export function chatCodec(messages: readonly BaseMessage[], options: ChatCallOptions): ReplyCodec<ChatGenerationChunk> {
  return { content: () => contentOf(messages, options), encode, decode };
}

function contentOf(messages: readonly BaseMessage[], options: ChatCallOptions): unknown {
  const { tools = [], tool_choice: choice, response_format: format, stop } = options;
  return {
    messages: historyContent(messages),
    tools: tools.map((tool) => (isLangChainTool(tool) ? convertToOpenAITool(tool) : tool)),
    choice,
    format,
    stop,
  };
}

function encode(items: readonly ChatGenerationChunk[]): string | undefined {
  const joined = joinChunks(items);
  if (joined === undefined) return undefined;
  const message = joined.message as AIMessage | AIMessageChunk;
  const { tool_calls: calls = [], invalid_tool_calls: broken = [] } = message;
  const saysNothing = calls.length === 0 && message.text.trim() === '';
  if (saysNothing || broken.length > 0 || !hasEndedByItself(joined)) return undefined;
  const { tool_calls: _raw, ...beside } = message.additional_kwargs;
  const kept: KeptAnswer = {
    content: message.content,
    calls: calls.map(({ id, name, args }) => ({ id, name, args })),
    beside,
    metadata: message.response_metadata,
    generation: joined.generationInfo,
    usage: message.usage_metadata,
    name: message.name,
  };
  return JSON.stringify(kept);
}

function hasEndedByItself({ message, generationInfo = {} }: ChatGenerationChunk): boolean {
  const places: Record<string, unknown>[] = [message.response_metadata, generationInfo, message.additional_kwargs];
  const told = places.flatMap(finishReasonsIn);
  return told.length > 0 && told.every((reason) => WHOLE.has(reason.toLowerCase()));
}

function decode(text: string): readonly ChatGenerationChunk[] {
  const kept = readKept(text);
  const fresh = kept.calls.map(newCallId);
  const ids = new Map(kept.calls.map(({ id }, index) => [id, fresh[index]]));
  const { name, content, beside, metadata, generation, usage } = kept;
  const first = chunkOf({ content: '', name, additional_kwargs: beside });
  const said =
    typeof content === 'string'
      ? cutText(content).map((piece) => chunkOf({ content: piece }, piece))
      : [chunkOf({ content: withIds(content, ids) as AIMessageChunk['content'] }, textOfBlocks(content))];
  const calls = kept.calls.map((call, index) => {
    const piece = { index, id: fresh[index], name: call.name, args: JSON.stringify(call.args) };
    return chunkOf({ content: '', tool_call_chunks: [{ type: 'tool_call_chunk', ...piece }] });
  });
  const last = chunkOf({ content: '', response_metadata: metadata, usage_metadata: usage });
  if (generation !== undefined) last.generationInfo = generation;
  return [first, ...said, ...calls, last];
}

function readKept(text: string): KeptAnswer {
  const value = JSON.parse(text) as Partial<KeptAnswer> | null;
  const isText = typeof value?.content === 'string' || Array.isArray(value?.content);
  if (!isText || !Array.isArray(value?.calls)) throw new TypeError('the text holds no answer that was written down');
  return value as KeptAnswer;
}

function chunkOf(fields: ConstructorParameters<typeof AIMessageChunk>[0] & object, text = ''): ChatGenerationChunk {
  return new ChatGenerationChunk({ text, message: new AIMessageChunk(fields) });
}

/** As OpenAI writes them; two answers made of one text must not have calls of one id in one conversation. */
function newCallId(): string {
  return `call_${randomBytes(12).toString('hex')}`;
}

/** Blocks of a vendor that repeat its calls, under the new ids. */
function withIds(value: unknown, ids: ReadonlyMap<unknown, string | undefined>): unknown {
  if (Array.isArray(value)) return value.map((each) => withIds(each, ids));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => {
    const isId = name === 'id' || name === 'call_id';
    return [name, (isId && typeof field === 'string' ? ids.get(field) : undefined) ?? withIds(field, ids)] as const;
  });
  return Object.fromEntries(fields);
}

function textOfBlocks(blocks: readonly Readonly<Record<string, unknown>>[]): string {
  return blocks.map(({ type, text }) => (type === 'text' && typeof text === 'string' ? text : '')).join('');
}

/** A text in a few pieces, cut after spaces. */
function cutText(text: string): readonly string[] {
  const length = Math.max(SHORTEST_PIECE, Math.ceil(text.length / PIECES));
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const space = text.indexOf(' ', from + length - 1);
    const to = space === -1 ? text.length : space + 1;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
