import type { Quirks } from '../../client/quirks.ts';

/** A piece of an answer, told apart. */
export interface ThoughtPiece {
  readonly kind: 'text' | 'reasoning';
  readonly text: string;
}

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Tells reasoning between `<think>` tags from the answer, for engines that put it into the content. A tag split over
 * pieces is held back until it is known; nothing else is.
 *
 * | state | waits for | left for |
 * |---|---|---|
 * | start | anything but white space and a tag | thinking at a tag, else answer |
 * | thinking | the closing tag | after |
 * | after | the first text that is not white space | answer |
 * | answer | with `think-tags` another tag, else nothing | thinking |
 *
 * Only tags at the very start count, so that an answer may speak of the tag; with the quirk `think-tags` those within
 * count too. With `opens-think` the answer begins in thinking; one that never closes the tag was no thought, and is given
 * as text as well unless it was cut.
 */
export class ThinkTagSplitter {
  readonly #isOpened: boolean;
  readonly #isWithin: boolean;
  #state: 'start' | 'thinking' | 'after' | 'answer' = 'start';
  #held = '';
  #thought = '';
  #hasClosed = false;

  constructor(quirks: Quirks) {
    this.#isOpened = quirks.has('opens-think');
    this.#isWithin = quirks.has('think-tags');
  }

  /** The pieces that are certain by now. */
  push(text: string): readonly ThoughtPiece[] {
    if (this.#state === 'answer' && !this.#isWithin) return [{ kind: 'text', text }];
    this.#held += text;
    return this.#settle(false);
  }

  /** What is left at the end of the answer; `isCut` when it ended at the limit of its output. */
  end(isCut = false): readonly ThoughtPiece[] {
    const pieces = this.#settle(true);
    const isNoThought = this.#isOpened && !this.#hasClosed && !isCut && this.#thought.trim() !== '';
    return isNoThought ? [...pieces, { kind: 'text', text: this.#thought }] : pieces;
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
    if (this.#state === 'start') return this.#start(isEnd);
    if (this.#state === 'thinking') return this.#think(isEnd);
    if (this.#state === 'after') {
      this.#held = this.#held.trimStart();
      if (this.#held !== '') this.#state = 'answer';
      return [];
    }
    return [{ kind: 'text', text: this.#isWithin ? this.#answer(isEnd) : this.#take(this.#held.length) }];
  }

  #start(isEnd: boolean): ThoughtPiece[] {
    const trimmed = this.#held.trimStart();
    if (trimmed.startsWith(OPEN)) {
      this.#held = trimmed.slice(OPEN.length);
      this.#state = 'thinking';
    } else if (isEnd || !OPEN.startsWith(trimmed)) this.#state = this.#isOpened ? 'thinking' : 'answer';
    return [];
  }

  #think(isEnd: boolean): ThoughtPiece[] {
    const end = this.#held.indexOf(CLOSE);
    if (end === -1) {
      const keep = isEnd ? 0 : overlapLength(this.#held, CLOSE);
      const text = this.#take(this.#held.length - keep);
      if (this.#isOpened && !this.#hasClosed) this.#thought += text;
      return [{ kind: 'reasoning', text }];
    }
    const thought = this.#take(end);
    this.#take(CLOSE.length);
    this.#state = 'after';
    this.#hasClosed = true;
    return [{ kind: 'reasoning', text: thought }];
  }

  /** What of the held text is surely answer; a tag leads back into thinking. */
  #answer(isEnd: boolean): string {
    const tag = this.#held.indexOf(OPEN);
    if (tag === -1) return this.#take(this.#held.length - (isEnd ? 0 : overlapLength(this.#held, OPEN)));
    const text = this.#take(tag);
    this.#take(OPEN.length);
    this.#state = 'thinking';
    return text;
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
