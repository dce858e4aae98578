const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/**
 * Unescapes a JSON string while it is being written, from after its opening quote. An escape that is cut is held back, and
 * so is the first half of a surrogate pair that is written as an escape. Raw line breaks and unknown escapes, which are no
 * JSON, are taken as what they show.
 */
export class JsonStringDecoder {
  #held = '';
  #half = '';
  #isDone = false;

  /** Whether the closing quote has come; what follows it is nobody's. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The text that is certain by now. */
  push(piece: string): string {
    if (this.#isDone) return '';
    this.#held += piece;
    let text = '';
    let at = 0;
    while (at < this.#held.length && !this.#isDone) {
      const special = this.#nextSpecial(at);
      text += this.#joined(this.#held.slice(at, special));
      at = special;
      if (at >= this.#held.length) break;
      const taken = this.#special(at);
      if (taken === undefined) break;
      text += taken.text;
      at += taken.length;
    }
    this.#held = this.#held.slice(at);
    return text;
  }

  /** What is left where the string was cut: half an escape is nothing, half a pair the sign for it. */
  end(): string {
    const half = this.#half;
    this.#half = '';
    return half === '' ? '' : '\uFFFD';
  }

  #nextSpecial(from: number): number {
    for (let at = from; at < this.#held.length; at += 1) {
      if (this.#held[at] === '"' || this.#held[at] === '\\') return at;
    }
    return this.#held.length;
  }

  /** Plain text after half a pair shows that the pair never came. */
  #joined(plain: string): string {
    if (plain === '' || this.#half === '') return plain;
    this.#half = '';
    return `\uFFFD${plain}`;
  }

  #special(at: number): { text: string; length: number } | undefined {
    if (this.#held[at] === '"') {
      this.#isDone = true;
      return { text: this.end(), length: 1 };
    }
    const kind = this.#held[at + 1];
    if (kind === undefined) return undefined;
    if (kind !== 'u') return { text: this.#joined(ESCAPES[kind] ?? kind), length: 2 };
    const digits = this.#held.slice(at + 2, at + 6);
    if (!/^[0-9a-f]*$/i.test(digits)) return { text: this.#joined('u'), length: 2 };
    if (digits.length < 4) return undefined;
    return { text: this.#unit(String.fromCharCode(Number.parseInt(digits, 16))), length: 6 };
  }

  #unit(unit: string): string {
    const isLow = /[\uDC00-\uDFFF]/.test(unit);
    if (isLow && this.#half !== '') {
      const pair = this.#half + unit;
      this.#half = '';
      return pair;
    }
    const lost = this.end();
    if (isLow) return `${lost}\uFFFD`;
    if (!/[\uD800-\uDBFF]/.test(unit)) return lost + unit;
    this.#half = unit;
    return lost;
  }
}
