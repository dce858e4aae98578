import { AIMessageChunk } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import type { CallContext } from '../../../contracts/models/call-context.ts';
import type { Redaction, TextRestorer } from '../../../contracts/privacy/privacy-policy.ts';
import { textsOf, visitValue, withTexts } from './message-texts.ts';

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

/**
 * Puts the originals back in what comes: text and reasoning as they come, each by itself. The arguments of a call are
 * held until they are whole, since an original may hold quotation marks and can only take its place in a parsed value.
 */
class StreamRestorer {
  readonly #redaction: Redaction;
  readonly #text: TextRestorer;
  readonly #reasoning: TextRestorer;
  readonly #arguments = new Map<number, string>();

  constructor(redaction: Redaction) {
    this.#redaction = redaction;
    this.#text = redaction.restorer();
    this.#reasoning = redaction.restorer();
  }

  restore(chunk: ChatGenerationChunk): void {
    const message = chunk.message as AIMessageChunk;
    message.content = this.#restoreContent(message.content);
    chunk.text = typeof message.content === 'string' ? message.content : chunk.text;
    const { reasoning_content: reasoning } = message.additional_kwargs;
    if (typeof reasoning === 'string') message.additional_kwargs.reasoning_content = this.#reasoning.push(reasoning);
    if (message.tool_call_chunks === undefined) {
      for (const call of message.tool_calls ?? []) call.args = this.#restoreValue(call.args) as typeof call.args;
    }
    for (const call of message.tool_call_chunks ?? []) {
      const index = call.index ?? 0;
      this.#arguments.set(index, (this.#arguments.get(index) ?? '') + (call.args ?? ''));
      call.args = '';
    }
  }

  /** What was held, as the last pieces. */
  *rest(): Generator<ChatGenerationChunk> {
    const text = this.#text.end();
    if (text !== '') yield pieceOf(new AIMessageChunk({ content: text }));
    const reasoning = this.#reasoning.end();
    if (reasoning !== '')
      yield pieceOf(new AIMessageChunk({ content: '', additional_kwargs: { reasoning_content: reasoning } }));
    for (const [index, written] of this.#arguments) {
      const args = this.#restoreArguments(written);
      yield pieceOf(new AIMessageChunk({ content: '', tool_call_chunks: [{ type: 'tool_call_chunk', index, args }] }));
    }
  }

  #restoreContent(content: AIMessageChunk['content']): AIMessageChunk['content'] {
    if (typeof content === 'string') return this.#text.push(content);
    return content.map((part) => {
      if (part.type !== 'text' || typeof part.text !== 'string') return part;
      return { ...part, text: this.#redaction.restore(part.text) };
    });
  }

  /** Arguments that are no JSON are refused by whoever runs the tool; they are restored as the text they are. */
  #restoreArguments(written: string): string {
    try {
      return JSON.stringify(this.#restoreValue(JSON.parse(written)));
    } catch {
      return this.#redaction.restore(written);
    }
  }

  #restoreValue(value: unknown): unknown {
    return visitValue(value, (text) => this.#redaction.restore(text));
  }
}

function pieceOf(message: AIMessageChunk): ChatGenerationChunk {
  return new ChatGenerationChunk({ text: message.text, message });
}

/** The pieces of an answer with the originals put back; what may be the beginning of a placeholder is held until it is known. */
export async function* restoreChunks(
  chunks: AsyncIterable<ChatGenerationChunk>,
  redaction: Redaction,
): AsyncGenerator<ChatGenerationChunk> {
  const restorer = new StreamRestorer(redaction);
  for await (const chunk of chunks) {
    restorer.restore(chunk);
    yield chunk;
  }
  yield* restorer.rest();
}
