/** A piece of a call made under the tool grammar. */
export type CallPart =
  { readonly type: 'call'; readonly name: string } | { readonly type: 'arguments'; readonly text: string };

const CALL_START = /^\{"name": ("(?:[^"\\]|\\.)*"), "arguments": /;

/**
 * Takes apart, while it is being written, `{"name": "...", "arguments": {...}}`, the text that the tool grammar allows.
 * Pieces may be cut anywhere.
 *
 * | state | waits for |
 * |---|---|
 * | start | the whole name |
 * | arguments | the brace that closes the arguments; their text goes out as it is |
 * | done | nothing |
 */
export class CallDecoder {
  #state: 'start' | 'arguments' | 'done' = 'start';
  #buffer = '';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** Whether the call is whole; one that ends before was cut. */
  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Takes a piece and returns the parts it completes. */
  write(piece: string): CallPart[] {
    if (this.#state === 'arguments') return this.#arguments(piece);
    if (this.#state === 'done') return [];
    this.#buffer += piece;
    const match = CALL_START.exec(this.#buffer);
    if (match === null) return [];
    this.#state = 'arguments';
    const name = JSON.parse(match[1] ?? '""') as string;
    return [{ type: 'call', name }, ...this.#arguments(this.#buffer.slice(match[0].length))];
  }

  #arguments(piece: string): CallPart[] {
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
