import type { Citation } from '../../contracts/agent/agent.ts';
import { CodeTracker } from './code-tracker.ts';
import { isMarker, isMarkerBeginning, numbersOf, openMarkerAtEnd, writeMarker } from './marker.ts';
import type { PassageBook } from './passage-book.ts';
import type { SupportFinder } from './find-support.ts';

const TERMINATORS = new Set('.!?…。！？');
const CLOSERS = new Set('"\'”’»)]*_');
const CLOSED_WITHOUT_SPACE = /[。！？]/;
/** What stands close to the word before it. */
const CLOSE = /[\s,;:.!?)\]}…。！？]/;

/** What the filter reads; passages that tools find are added to the book while a turn runs. */
interface CitationFilterParts {
  readonly book: PassageBook;
  readonly support: SupportFinder;
  /** Without passages and outside a project, text is none of ours and stays as it is. */
  readonly isActive: () => boolean;
}

/**
 * Takes the text of an answer in any pieces and gives it back with its citations put right: numbers that name no
 * passage are gone, and a sentence without one gets that of the passage it clearly comes from. Code stays untouched.
 * Only what may be a marker, and the sign and spaces before it, is held back.
 */
export class CitationFilter {
  readonly #parts: CitationFilterParts;
  readonly #code = new CodeTracker();
  readonly #cited = new Set<number>();
  #out = '';
  /** Held back, in this order: the sign that may end the sentence, spaces, what may become a marker. */
  #ending = '';
  #spaces = '';
  #marker = '';
  /** Spaces before a marker that is gone; needed where a word follows at once. */
  #dropped = '';
  #isSkippingSpaces = false;
  #whole = '';
  #line = '';
  #sentence = '';
  #numbers = new Set<number>();
  /** Numbers right before, with nothing between. */
  #adjacent = new Set<number>();
  /** Numbers of the sentence before in the same paragraph: they hold on, and are not written again. */
  #standing: readonly number[] = [];

  constructor(parts: CitationFilterParts) {
    this.#parts = parts;
  }

  /** Passages whose numbers were written so far, by number. */
  get cited(): readonly Citation[] {
    return this.#parts.book.list().filter(({ number }) => this.#cited.has(number));
  }

  /** What can be shown after this piece. */
  push(text: string): string {
    for (let at = 0; at < text.length; at += 1) this.#take(text.charAt(at));
    return this.#flush();
  }

  /** The rest, once the text has ended. */
  end(): string {
    if (this.#marker.startsWith('(')) this.#giveUpMarker();
    if (/\d/.test(this.#marker) && this.#parts.isActive()) this.#marker = '';
    this.#giveUpMarker();
    this.#closeSentence();
    this.#release();
    if (this.#cited.size === 0 && this.#parts.isActive()) this.#citeWhole();
    return this.#flush();
  }

  #flush(): string {
    const out = this.#out;
    this.#out = '';
    return out;
  }

  #take(character: string): void {
    if (!this.#code.take(character)) return this.#takeText(character);
    // What was held from a parenthesis on may leave a beginning of its own.
    while (this.#marker !== '') this.#giveUpMarker();
    this.#settle(character);
    this.#show(character);
    if (character === '\n') this.#startLine();
  }

  #takeText(character: string): void {
    if (this.#marker !== '' || character === '[' || character === '(') {
      const marker = this.#marker + character;
      if (isMarkerBeginning(marker)) {
        this.#marker = marker;
        return;
      }
      if (isMarker(marker) && this.#parts.isActive()) {
        this.#marker = '';
        return this.#takeMarker(marker);
      }
      this.#giveUpMarker();
      return this.#takeText(character);
    }
    if (character === '\n') return this.#endLine();
    if (character === ' ' || character === '\t') {
      if (!this.#isSkippingSpaces) this.#spaces += character;
      return;
    }
    if (TERMINATORS.has(character)) {
      if (this.#spaces !== '') this.#settle(character);
      this.#ending += character;
      return;
    }
    if (this.#ending !== '' && this.#spaces + this.#dropped === '' && CLOSERS.has(character)) {
      this.#ending += character;
      return;
    }
    this.#settle(character);
    this.#show(character);
  }

  /** What was held as a beginning is text after all; markers inside a parenthesis are looked at again. */
  #giveUpMarker(): void {
    const held = this.#marker;
    this.#marker = '';
    if (held === '') return;
    this.#settle(held.charAt(0));
    if (!held.startsWith('(')) return this.#show(held);
    this.#show('(');
    for (const character of held.slice(1)) this.#takeText(character);
  }

  #takeMarker(marker: string): void {
    const named = numbersOf(marker).filter((number) => this.#parts.book.has(number));
    const fresh = named.filter((number) => !this.#adjacent.has(number));
    if (fresh.length === 0) return this.#dropMarker(marker);
    const hasEnded = this.#ending !== '';
    if (this.#spaces === '') this.#spaces = this.#dropped;
    this.#release();
    this.#write(writeMarker(fresh, marker), fresh);
    for (const number of fresh) this.#numbers.add(number);
    if (hasEnded) this.#closeSentence();
  }

  #dropMarker(marker: string): void {
    if (openMarkerAtEnd(this.#whole.slice(-LOOK_BACK)) !== undefined && this.#spaces + this.#ending === '') {
      this.#show(marker.replaceAll('[', '(').replaceAll(']', ')'));
    } else if (this.#line === '' && this.#ending === '') {
      this.#isSkippingSpaces = true;
    } else {
      if (this.#spaces !== '') this.#dropped = this.#spaces;
      this.#spaces = '';
    }
  }

  /** Plain text follows: writes what was held, and ends the sentence where its sign stands before a space. */
  #settle(next: string): void {
    if (this.#spaces === '' && !CLOSE.test(next)) this.#spaces = this.#dropped;
    const isEnd = this.#ending !== '' && (this.#spaces !== '' || CLOSED_WITHOUT_SPACE.test(this.#ending));
    const isOrdinal = /^\s*\d{1,3}$/.test(this.#sentence);
    if (isEnd && !isOrdinal) this.#closeSentence();
    else this.#sentence += this.#ending + this.#spaces;
    this.#release();
  }

  #release(): void {
    const held = this.#ending + this.#spaces;
    [this.#ending, this.#spaces, this.#dropped] = ['', '', ''];
    this.#append(held);
  }

  #endLine(): void {
    const isBlank = this.#line === '' && this.#ending === '';
    this.#closeSentence();
    this.#release();
    this.#append('\n');
    this.#startLine();
    if (isBlank) this.#standing = [];
  }

  #startLine(): void {
    [this.#line, this.#sentence, this.#isSkippingSpaces] = ['', '', false];
    this.#numbers = new Set();
    this.#adjacent = new Set();
  }

  #show(text: string): void {
    if (text === '') return;
    this.#isSkippingSpaces = false;
    this.#adjacent = new Set();
    this.#sentence += text;
    this.#append(text);
  }

  #append(text: string): void {
    this.#out += text;
    this.#whole += text;
    this.#line = (this.#line + text).trimStart();
  }

  #write(marker: string, numbers: readonly number[]): void {
    this.#append(marker);
    this.#adjacent = new Set([...this.#adjacent, ...numbers]);
    for (const number of numbers) this.#cited.add(number);
  }

  /** Adds the numbers that the sentence lacks; headings, tables and what leads to a list get none. */
  #closeSentence(): void {
    const sentence = this.#sentence;
    const own = [...this.#numbers];
    [this.#sentence, this.#numbers] = ['', new Set()];
    if (own.length > 0) {
      this.#standing = own;
      return;
    }
    if (!this.#parts.isActive() || /^[#|]/.test(this.#line) || /:[\s*_]*$/.test(sentence)) return;
    const numbers = this.#parts.support.find(sentence, this.#parts.book.list());
    if (numbers.every((number) => this.#standing.includes(number))) return;
    this.#write(` ${writeMarker(numbers)}`, numbers);
    this.#standing = numbers;
  }

  /** An answer whose parts say too little each (a block of code, a heading with a list) is looked at as one. */
  #citeWhole(): void {
    const numbers = this.#parts.support.find(this.#whole, this.#parts.book.list());
    if (numbers.length === 0) return;
    const gap = this.#code.isFenced || this.#whole.endsWith('\n') ? '\n' : ' ';
    this.#write(`${gap}${writeMarker(numbers)}`, numbers);
  }
}

/** Characters before a marker that could join with what follows it into another one. */
const LOOK_BACK = 48;
