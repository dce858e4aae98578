const REPLACEMENT = '\uFFFD';

/** A character takes at most four bytes, hence four tokens; what is still broken after more is not going to heal. */
const MAX_PENDING = 6;

/**
 * Turns the tokens of an answer into text as they come. A tokenizer may write a token differently at the beginning of a
 * text, so each is decoded behind those before it; half a character is held back, and blanks at the beginning left out.
 */
export class AnswerText {
  readonly #decode: (tokens: readonly number[]) => string;
  #tokens: number[] = [];
  /** How many of the tokens were given out. */
  #given = 0;
  #hasBegun = false;

  constructor(decode: (tokens: readonly number[]) => string) {
    this.#decode = decode;
  }

  /** Takes a token; returns the text it completes. */
  write(token: number): string {
    this.#tokens.push(token);
    return this.#take(this.#tokens.length - this.#given >= MAX_PENDING);
  }

  /** Ends the text: whatever the pending tokens give. */
  end(): string {
    return this.#given === this.#tokens.length ? '' : this.#take(true);
  }

  #take(isBrokenTaken: boolean): string {
    const before = this.#decode(this.#tokens.slice(0, this.#given));
    const whole = this.#decode(this.#tokens);
    if (whole.endsWith(REPLACEMENT) && !isBrokenTaken) return '';
    // Only what was given out last is needed to write the next one rightly.
    this.#tokens = this.#tokens.slice(this.#given);
    this.#given = this.#tokens.length;
    const added = whole.slice(commonLength(whole, before));
    const shown = this.#hasBegun ? added : added.trimStart();
    this.#hasBegun ||= shown !== '';
    return shown;
  }
}

function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < right.length && left[length] === right[length]) length += 1;
  return length;
}
