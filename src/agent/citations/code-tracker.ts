type CodeState =
  | { readonly kind: 'text' }
  | { readonly kind: 'opening'; readonly mark: string; count: number; readonly isLineStart: boolean }
  | { readonly kind: 'span'; readonly count: number; run: number; wasNewline: boolean }
  | { readonly kind: 'fence'; readonly mark: string; readonly count: number; run: number; isClosing: boolean };

/** Follows Markdown, a character at a time, and tells what is code: spans in backticks and fenced blocks. */
export class CodeTracker {
  #state: CodeState = { kind: 'text' };
  #isLineStart = true;

  /** Whether the last character was taken as part of a fenced block. */
  get isFenced(): boolean {
    return this.#state.kind === 'fence';
  }

  /** Takes the next character; true when it is code or opens or closes it. */
  take(character: string): boolean {
    const isCode = this.#step(character);
    if (character === '\n') this.#isLineStart = true;
    else if (character !== ' ' && character !== '\t') this.#isLineStart = false;
    return isCode;
  }

  #step(character: string): boolean {
    const state = this.#state;
    if (state.kind === 'opening') return this.#open(state, character);
    if (state.kind === 'span') return this.#stepSpan(state, character);
    if (state.kind === 'fence') return this.#stepFence(state, character);
    if (character !== '`' && !(character === '~' && this.#isLineStart)) return false;
    this.#state = { kind: 'opening', mark: character, count: 1, isLineStart: this.#isLineStart };
    return true;
  }

  #open(state: CodeState & { kind: 'opening' }, character: string): boolean {
    if (character === state.mark) {
      state.count += 1;
      return true;
    }
    const { mark, count } = state;
    if (count >= 3 && state.isLineStart) this.#state = { kind: 'fence', mark, count, run: 0, isClosing: false };
    else if (mark === '`') this.#state = { kind: 'span', count, run: 0, wasNewline: false };
    else this.#state = { kind: 'text' };
    return this.#step(character);
  }

  /** A span ends at a run of as many backticks as opened it, and never reaches over an empty line. */
  #stepSpan(state: CodeState & { kind: 'span' }, character: string): boolean {
    if (character === '`') {
      state.run += 1;
      return true;
    }
    if (state.run === state.count || (character === '\n' && state.wasNewline)) {
      this.#state = { kind: 'text' };
      return this.#step(character);
    }
    state.run = 0;
    state.wasNewline = character === '\n';
    return true;
  }

  /** A fence ends with the line that holds nothing but at least as many marks as opened it. */
  #stepFence(state: CodeState & { kind: 'fence' }, character: string): boolean {
    if (character === '\n') {
      if (state.isClosing && state.run >= state.count) this.#state = { kind: 'text' };
      else [state.run, state.isClosing] = [0, false];
      return true;
    }
    if (character === state.mark && (this.#isLineStart || state.isClosing)) {
      state.isClosing = true;
      state.run += 1;
    } else if (character !== ' ' && character !== '\t') {
      state.isClosing = false;
    }
    return true;
  }
}
