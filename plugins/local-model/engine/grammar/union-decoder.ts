import { JsonStringDecoder } from './json-string-decoder.ts';

/** A piece of a reply made under the tool grammar. */
export type UnionPart =
  | { readonly type: 'answer'; readonly text: string }
  | { readonly type: 'call'; readonly name: string }
  | { readonly type: 'arguments'; readonly text: string };

const ANSWER_START = '{"answer": "';
const CALL_START = /^\{"name": ("(?:[^"\\]|\\.)*"), "arguments": /;

/**
 * Takes apart, while it is being written, the text that the tool grammar allows: `{"answer": "..."}` or
 * `{"name": "...", "arguments": {...}}`. Pieces may be cut anywhere.
 *
 * | state | waits for |
 * |---|---|
 * | start | enough text to tell an answer from a call |
 * | answer | the string's closing quote; its text goes out decoded |
 * | arguments | the brace that closes the arguments; their text goes out as it is |
 * | done | nothing |
 */
export class UnionDecoder {
  #state: 'start' | 'answer' | 'arguments' | 'done' = 'start';
  #buffer = '';
  readonly #string = new JsonStringDecoder();
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** Whether the answer or the call is whole; a reply that ends before was cut. */
  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Takes a piece and returns the parts it completes. */
  write(piece: string): UnionPart[] {
    if (this.#state === 'answer') return this.#answer(piece);
    if (this.#state === 'arguments') return this.#arguments(piece);
    if (this.#state === 'done') return [];
    this.#buffer += piece;
    if (this.#buffer.startsWith(ANSWER_START)) {
      this.#state = 'answer';
      return this.#answer(this.#buffer.slice(ANSWER_START.length));
    }
    const match = CALL_START.exec(this.#buffer);
    if (match === null) return [];
    this.#state = 'arguments';
    const name = JSON.parse(match[1] ?? '""') as string;
    return [{ type: 'call', name }, ...this.#arguments(this.#buffer.slice(match[0].length))];
  }

  /** Ends a reply that was cut: what an answer still held back. */
  end(): UnionPart[] {
    const text = this.#state === 'answer' ? this.#string.end() : '';
    return text === '' ? [] : [{ type: 'answer', text }];
  }

  #answer(piece: string): UnionPart[] {
    const text = this.#string.write(piece);
    if (this.#string.isDone) this.#state = 'done';
    return text === '' ? [] : [{ type: 'answer', text }];
  }

  #arguments(piece: string): UnionPart[] {
    let length = 0;
    while (length < piece.length && this.#state === 'arguments') {
      this.#track(piece[length] ?? '');
      length += 1;
    }
    const text = piece.slice(0, length);
    return text === '' ? [] : [{ type: 'arguments', text }];
  }

  #track(character: string): void {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (character === '\\') this.#isEscaped = true;
      else if (character === '"') this.#isInString = false;
      return;
    }
    if (character === '"') this.#isInString = true;
    else if (character === '{' || character === '[') this.#depth += 1;
    else if (character === '}' || character === ']') {
      this.#depth -= 1;
      if (this.#depth === 0) this.#state = 'done';
    }
  }
}
