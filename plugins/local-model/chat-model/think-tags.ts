/** A piece of an answer, told apart. */
export interface ThoughtPiece {
  readonly kind: 'text' | 'reasoning';
  readonly text: string;
}

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Tells reasoning between `<think>` tags from the answer, for engines that put it into the content. Only tags at the
 * very start count, so that an answer may speak of the tag; a tag split over pieces is held back until it is known.
 */
export class ThinkTagSplitter {
  #state: 'start' | 'thinking' | 'after' | 'answer' = 'start';
  #held = '';

  /** The pieces that are certain by now. */
  push(text: string): ThoughtPiece[] {
    this.#held += text;
    return this.#settle(false);
  }

  /** What is left at the end of the answer. */
  end(): ThoughtPiece[] {
    return this.#settle(true);
  }

  #settle(isEnd: boolean): ThoughtPiece[] {
    const pieces: ThoughtPiece[] = [];
    for (let before = ''; before !== this.#state;) {
      before = this.#state;
      pieces.push(...this.#step(isEnd));
    }
    return pieces.filter((piece) => piece.text !== '');
  }

  #step(isEnd: boolean): ThoughtPiece[] {
    if (this.#state === 'start') {
      const trimmed = this.#held.trimStart();
      if (trimmed.startsWith(OPEN)) {
        this.#held = trimmed.slice(OPEN.length);
        this.#state = 'thinking';
      } else if (isEnd || !OPEN.startsWith(trimmed)) this.#state = 'answer';
      return [];
    }
    if (this.#state === 'thinking') return this.#think(isEnd);
    if (this.#state === 'after') {
      this.#held = this.#held.trimStart();
      if (this.#held !== '') this.#state = 'answer';
      return [];
    }
    return [{ kind: 'text', text: this.#take(this.#held.length) }];
  }

  #think(isEnd: boolean): ThoughtPiece[] {
    const end = this.#held.indexOf(CLOSE);
    if (end === -1) {
      const keep = isEnd ? 0 : overlapLength(this.#held, CLOSE);
      return [{ kind: 'reasoning', text: this.#take(this.#held.length - keep) }];
    }
    const thought = this.#take(end);
    this.#take(CLOSE.length);
    this.#state = 'after';
    return [{ kind: 'reasoning', text: thought }];
  }

  #take(length: number): string {
    const taken = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return taken;
  }
}

/** How many last characters of a text may be the beginning of the tag. */
function overlapLength(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1) {
    if (tag.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
