import { AIMessageChunk } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import type { CallContext } from '../../../contracts/models/call-context.ts';
import type { Redaction, TextRestorer } from '../../../contracts/privacy/privacy-policy.ts';
import { textsOf, withTexts } from './message-texts.ts';

/** A conversation as it may leave, and what was replaced in it. */
interface RedactedCall {
  readonly messages: BaseMessage[];
  readonly redaction: Redaction | undefined;
}

/** The conversation with what must not leave replaced; the same where nothing has to be. */
export async function redactMessages(messages: BaseMessage[], { redact }: CallContext): Promise<RedactedCall> {
  if (redact === undefined) return { messages, redaction: undefined };
  const redaction = await redact(textsOf(messages));
  return { messages: withTexts(messages, redaction.texts), redaction };
}

/** What puts the originals back, each stream of text by itself: the answer, its reasoning, the arguments of each call. */
class StreamRestorers {
  readonly #redaction: Redaction;
  readonly #restorers = new Map<string, TextRestorer>();

  constructor(redaction: Redaction) {
    this.#redaction = redaction;
  }

  push(stream: string, piece: string): string {
    const known = this.#restorers.get(stream) ?? this.#redaction.restorer();
    this.#restorers.set(stream, known);
    return known.push(piece);
  }

  end(): { readonly stream: string; readonly rest: string }[] {
    const rests = [...this.#restorers].map(([stream, restorer]) => ({ stream, rest: restorer.end() }));
    return rests.filter(({ rest }) => rest !== '');
  }
}

function restoreChunk(chunk: ChatGenerationChunk, restorers: StreamRestorers, redaction: Redaction): void {
  const message = chunk.message as AIMessageChunk;
  if (typeof message.content === 'string') message.content = restorers.push('text', message.content);
  else {
    message.content = message.content.map((part) => {
      return part.type === 'text' && typeof part.text === 'string'
        ? { ...part, text: redaction.restore(part.text) }
        : part;
    });
  }
  const { reasoning_content: reasoning } = message.additional_kwargs;
  if (typeof reasoning === 'string')
    message.additional_kwargs.reasoning_content = restorers.push('reasoning', reasoning);
  for (const call of message.tool_call_chunks ?? []) {
    if (call.args !== undefined) call.args = restorers.push(`call ${call.index ?? 0}`, call.args);
  }
  chunk.text = typeof message.content === 'string' ? message.content : chunk.text;
}

function restChunk(stream: string, rest: string): ChatGenerationChunk {
  if (stream === 'text') return new ChatGenerationChunk({ text: rest, message: new AIMessageChunk({ content: rest }) });
  const extra = stream === 'reasoning' ? { additional_kwargs: { reasoning_content: rest } } : {};
  const index = Number(stream.slice('call '.length));
  const calls =
    stream === 'reasoning' ? {} : { tool_call_chunks: [{ type: 'tool_call_chunk' as const, index, args: rest }] };
  return new ChatGenerationChunk({ text: '', message: new AIMessageChunk({ content: '', ...extra, ...calls }) });
}

/** The pieces of an answer with the originals put back; a piece that may be the beginning of a placeholder is held until it is known. */
export async function* restoreChunks(
  chunks: AsyncIterable<ChatGenerationChunk>,
  redaction: Redaction,
): AsyncGenerator<ChatGenerationChunk> {
  const restorers = new StreamRestorers(redaction);
  for await (const chunk of chunks) {
    restoreChunk(chunk, restorers, redaction);
    yield chunk;
  }
  for (const { stream, rest } of restorers.end()) yield restChunk(stream, rest);
}
