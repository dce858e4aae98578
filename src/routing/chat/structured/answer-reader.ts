import { AIMessageChunk } from '@langchain/core/messages';
import type { AIMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { deepCompareStrict } from '@langchain/core/utils/json_schema';
import { joinChunks } from '../join-chunks.ts';
import type { AnswerForm } from './answer-form.ts';
import { partialJsonIn } from './json-in-text.ts';

/** The text is read anew once it is longer by this share, so that the work grows with its length and not its square. */
const GROWTH = 1 / 128;

/** Reads the answer out of a stream while it comes. */
export class AnswerReader {
  readonly #form: AnswerForm;
  readonly #chunks: ChatGenerationChunk[] = [];
  #text = '';
  #written = '';
  #readLength = 0;
  #callIndex: number | undefined;
  #last: unknown;

  constructor(form: AnswerForm) {
    this.#form = form;
  }

  /** The answer so far, where the piece has added to it. */
  read(piece: AIMessageChunk): unknown {
    this.#chunks.push(new ChatGenerationChunk({ text: piece.text, message: piece }));
    this.#text += piece.text;
    this.#written += this.#form.isCall ? this.#argumentsIn(piece) : piece.text;
    if (this.#written.length <= this.#readLength * (1 + GROWTH)) return undefined;
    this.#readLength = this.#written.length;
    const partial = this.#form.unwrap(partialJsonIn(this.#written, this.#form.openers));
    if (partial === undefined || (this.#last !== undefined && deepCompareStrict(partial, this.#last))) return undefined;
    this.#last = partial;
    return partial;
  }

  /** What was said so far, without the rest of its pieces. */
  said(): AIMessageChunk {
    return new AIMessageChunk({ content: this.#text });
  }

  /** The whole message; undefined where nothing came. */
  message(): AIMessage | undefined {
    return joinChunks(this.#chunks)?.message as AIMessage | undefined;
  }

  /** Of the first call: one is asked for. */
  #argumentsIn({ tool_call_chunks: pieces = [] }: AIMessageChunk): string {
    this.#callIndex ??= pieces[0]?.index;
    return pieces.map(({ index, args }) => (index === this.#callIndex ? (args ?? '') : '')).join('');
  }
}
