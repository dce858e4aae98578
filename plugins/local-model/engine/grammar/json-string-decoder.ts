const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Decodes the inside of a JSON string while it is being written, in pieces cut anywhere: within an escape, or between
 * the halves of a surrogate pair. A half that never gets its other half becomes U+FFFD.
 *
 * | state | waits for |
 * |---|---|
 * | text | a character, a backslash, or the closing quote |
 * | escape | the rest of an escape begun by a backslash |
 * | done | nothing: the closing quote came; `rest` holds what followed it |
 */
export class JsonStringDecoder {
  #pending = '';
  #highSurrogate = '';
  #isDone = false;
  #rest = '';

  /** Whether the closing quote has come. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What came after the closing quote in the piece that held it. */
  get rest(): string {
    return this.#rest;
  }

  /** Takes a piece of the text and returns what can be shown of it now. */
  write(piece: string): string {
    let output = '';
    for (let index = 0; index < piece.length; index += 1) {
      if (this.#isDone) {
        this.#rest += piece.slice(index);
        break;
      }
      output += this.#take(piece[index] ?? '');
    }
    return output;
  }

  /** Ends the text: an unfinished escape is dropped, a lone half of a pair becomes U+FFFD. */
  end(): string {
    this.#pending = '';
    return this.#releaseLoneHalf();
  }

  #take(character: string): string {
    if (this.#pending !== '') return this.#takeEscaped(character);
    if (character === '\\') {
      this.#pending = character;
      return '';
    }
    if (character === '"') {
      this.#isDone = true;
      return this.#releaseLoneHalf();
    }
    return this.#emit(character);
  }

  #takeEscaped(character: string): string {
    this.#pending += character;
    if (this.#pending[1] === 'u') {
      if (this.#pending.length < 6) return '';
      const code = Number.parseInt(this.#pending.slice(2), 16);
      this.#pending = '';
      return this.#emit(Number.isNaN(code) ? '\uFFFD' : String.fromCharCode(code));
    }
    this.#pending = '';
    return this.#emit(SIMPLE_ESCAPES[character] ?? character);
  }

  /** Holds a high half back until its low half is there, so that no piece ends in half a character. */
  #emit(unit: string): string {
    const code = unit.charCodeAt(0);
    if (code >= 0xd800 && code <= 0xdbff) {
      const lone = this.#releaseLoneHalf();
      this.#highSurrogate = unit;
      return lone;
    }
    if (code >= 0xdc00 && code <= 0xdfff) {
      const pair = this.#highSurrogate === '' ? '\uFFFD' : this.#highSurrogate + unit;
      this.#highSurrogate = '';
      return pair;
    }
    return this.#releaseLoneHalf() + unit;
  }

  #releaseLoneHalf(): string {
    if (this.#highSurrogate === '') return '';
    this.#highSurrogate = '';
    return '\uFFFD';
  }
}
