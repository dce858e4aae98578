import { callsInJson, type ReadCall } from './calls-in-json.ts';
import { JsonStringDecoder } from './json-string.ts';
import { judgeText, type JudgeOptions, type Judgement } from './judge-text.ts';
import { endOfValue, readLenientJson } from './lenient-json.ts';
import { findExplicitOpener, gapLength, openingLength, openingTailLength } from './markers.ts';
import { readCalls } from './read-calls.ts';

/** What a text ends as: calls, or what cannot be read although it begins as one. */
interface SplitEnd {
  /** Text that was held back and is none of a call. */
  readonly text: string;
  readonly calls: readonly ReadCall[];
  /** What was asked for in text and cannot be read. */
  readonly unreadable?: string;
}

/** Characters of text before an explicit call; in a longer one a call is spoken of. */
const LONGEST_LEAD = 1_000;

/**
 * Tells calls that a model writes as text from its answer, while it comes. Only what may still turn out to be a call is
 * held back.
 *
 * | state | what comes is | left for |
 * |---|---|---|
 * | start | held: it may be a call, in any form | lead, answer or called |
 * | lead | text, while an explicit opener may follow: a tag at the start of a line, or a special token | opened, plain |
 * | opened | held: an explicit opener has come | called, plain |
 * | called | held to the end | - |
 * | answer | the string of `{"answer": "..."}`, unescaped | - |
 * | plain | text | - |
 */
export class CallSplitter {
  readonly #options: JudgeOptions;
  #state: 'start' | 'lead' | 'opened' | 'called' | 'answer' | 'plain' = 'start';
  #held = '';
  /** Of the lead, what has been given out. */
  #lead = '';
  readonly #string = new JsonStringDecoder();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** The text that is certain by now; '' while all is held back. */
  push(piece: string): string {
    if (this.#state === 'plain') return piece;
    if (this.#state === 'answer') return this.#string.push(piece);
    this.#held += piece;
    if (this.#state === 'start') this.#start();
    let text = '';
    if (this.#is('lead')) text = this.#leadOn();
    if (this.#is('opened')) this.#opened();
    if (this.#is('answer')) return this.#string.push(this.#take());
    return this.#is('plain') ? text + this.#take() : text;
  }

  /** What was held back, read; `isCut` when the text ended at the limit of its output. */
  end(isCut = false): SplitEnd {
    const held = this.#take();
    if (this.#state === 'answer') return { text: this.#string.end(), calls: [] };
    const { tools, isAskedInText } = this.#options;
    const isCandidate = this.#state !== 'lead' && this.#state !== 'plain';
    const calls = isCandidate ? readCalls(held, tools, isCut) : undefined;
    if (calls !== undefined && (isAskedInText || calls.every(({ tool }) => tool !== undefined))) {
      return { text: '', calls };
    }
    if (!isCandidate || !isAskedInText) return { text: held, calls: [] };
    const answer = readAnswer(held, this.#options);
    if (answer !== undefined) return { text: answer, calls: [] };
    const isUnreadable = this.#state === 'called' || (held.trim() !== '' && openingLength(held) < held.length);
    return isUnreadable ? { text: '', calls: [], unreadable: held } : { text: held, calls: [] };
  }

  /** Apart from the field, so that a change by another method is seen. */
  #is(state: 'lead' | 'opened' | 'answer' | 'plain'): boolean {
    return this.#state === state;
  }

  #start(): void {
    const judgement = judgeText(this.#held, this.#options);
    if (judgement.kind === 'text') this.#state = 'lead';
    else this.#settle(judgement);
  }

  #leadOn(): string {
    const whole = this.#lead + this.#held;
    const opener = findExplicitOpener(whole);
    if (opener !== undefined && opener >= this.#lead.length && opener <= LONGEST_LEAD) {
      const text = whole.slice(this.#lead.length, opener);
      this.#held = whole.slice(opener);
      this.#state = isInCodeBlock(whole.slice(0, opener)) ? 'plain' : 'opened';
      return text;
    }
    const tail = openingTailLength(whole);
    if (opener !== undefined || whole.length - tail > LONGEST_LEAD) {
      this.#state = 'plain';
      return '';
    }
    const certain = Math.max(0, this.#held.length - tail);
    const text = this.#held.slice(0, certain);
    this.#lead += text;
    this.#held = this.#held.slice(certain);
    return text;
  }

  #opened(): void {
    const judgement = judgeText(this.#held, this.#options);
    if (judgement.kind === 'text') this.#state = 'plain';
    else this.#settle(judgement);
  }

  #settle(judgement: Judgement): void {
    if (judgement.kind === 'call') this.#state = 'called';
    if (judgement.kind !== 'answer') return;
    this.#state = 'answer';
    this.#held = this.#held.slice(judgement.from);
  }

  #take(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

/** A call in a block of code after other text is an example. */
function isInCodeBlock(text: string): boolean {
  return (text.split('```').length - 1) % 2 === 1;
}

/** An answer that is no text, or that could not be told from a call before its end. */
function readAnswer(held: string, { tools }: JudgeOptions): string | undefined {
  const text = held.slice(openingLength(held));
  const end = endOfValue(text, 0) ?? text.length;
  const value = readLenientJson(text.slice(0, end));
  if (typeof value !== 'object' || value === null) return undefined;
  if ('answer' in value) return typeof value.answer === 'string' ? value.answer : JSON.stringify(value.answer);
  // JSON that is neither: whoever asked for JSON gets it.
  const isWhole = gapLength(text.slice(end)) === text.length - end;
  return isWhole && callsInJson(value, tools) === undefined && !('tool' in value) ? held : undefined;
}
