import type { LlamaModel, Token } from 'node-llama-cpp';

const REPLACEMENT = '\uFFFD';

/** Characters take at most four bytes, hence four tokens; what is still broken after more is not going to heal. */
const MAX_PENDING = 6;

/** Turns tokens into text as they come, never giving out half a character. */
export class TokenText {
  readonly #model: Pick<LlamaModel, 'detokenize'>;
  readonly #done: Token[] = [];
  #pending: Token[] = [];

  constructor(model: Pick<LlamaModel, 'detokenize'>) {
    this.#model = model;
  }

  /** Takes a token; returns the text it completes. */
  write(token: Token): string {
    this.#pending.push(token);
    const text = this.#model.detokenize(this.#pending, false, this.#done.slice(-8));
    if (text.endsWith(REPLACEMENT) && this.#pending.length < MAX_PENDING) return '';
    this.#done.push(...this.#pending);
    this.#pending = [];
    return text;
  }

  /** Ends the text: whatever the pending tokens give. */
  end(): string {
    if (this.#pending.length === 0) return '';
    const text = this.#model.detokenize(this.#pending, false, this.#done.slice(-8));
    this.#pending = [];
    return text;
  }
}
