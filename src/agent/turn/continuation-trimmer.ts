/** Overlaps up to this length are looked for, and that of the whole answer; so no more than this is ever held back in vain. */
const WINDOW = 400;

/** So many characters are a repetition also when the last word of what was shown was only half of its word. */
const LEAST_OVERLAP = 3;

const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** Scripts that write words without spaces between them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const LEAD = /^(?:[\s…]|\.{3})*/;

/** True when two characters that stand side by side belong to one word. */
function isWithinWord(before: string, after: string): boolean {
  return WORD.test(before) && WORD.test(after) && !UNSPACED.test(before) && !UNSPACED.test(after);
}

/** Length of the longest end of `left` that `right` begins with. */
function sharedLength(left: string, right: string): number {
  for (let length = Math.min(left.length, right.length); length > 0; length -= 1) {
    if (left.endsWith(right.slice(0, length))) return length;
  }
  return 0;
}

/**
 * Takes what a model says that was asked to carry on an answer of another one, in any pieces, and gives back what may
 * be put right behind the part that was shown: without the words at its end that are said again, be it the last few or
 * the whole part. Nothing else is lost; a space is put in where two words would run together. Only what may still turn
 * out to be a repetition is held back.
 */
export class ContinuationTrimmer {
  readonly #shown: string;
  /** White space at the end of what was shown. */
  readonly #gap: string;
  /** Where in the shown part a repetition may begin, the longest first. */
  readonly #starts: readonly number[];
  #held = '';
  #isDecided = false;

  constructor(shown: string) {
    this.#shown = shown.trimEnd();
    this.#gap = shown.slice(this.#shown.length);
    this.#starts = startsOf(this.#shown);
  }

  /** What can be shown after this piece. */
  push(text: string): string {
    if (this.#isDecided) return text;
    this.#held += text;
    return this.#decide(false);
  }

  /** The rest, once the text has ended. */
  end(): string {
    return this.#isDecided ? '' : this.#decide(true);
  }

  #decide(isEnd: boolean): string {
    const lead = LEAD.exec(this.#held)?.[0] ?? '';
    const body = this.#held.slice(lead.length);
    if (!isEnd && (body === '' || /^\.{1,2}$/.test(body))) return '';
    for (const start of this.#starts) {
      const length = this.#shown.length - start;
      if (body.length > length || isEnd) {
        if (body.startsWith(this.#shown.slice(start)) && isRepetition(body, length)) {
          return this.#settle(this.#behindGap(body.slice(length)));
        }
      } else if (this.#shown.startsWith(body, start)) return '';
    }
    return this.#settle(this.#joined(lead, body));
  }

  #settle(text: string): string {
    this.#isDecided = true;
    this.#held = '';
    return text;
  }

  /** White space that was shown is not shown again. */
  #behindGap(text: string): string {
    const space = /^\s*/.exec(text)?.[0] ?? '';
    return text.slice(sharedLength(this.#gap, space));
  }

  /** A text that repeats nothing. */
  #joined(lead: string, body: string): string {
    const text = lead + body;
    if (text === '' || this.#gap !== '' || lead !== '') return this.#behindGap(text);
    return needsSpace(this.#shown, body) ? ` ${text}` : text;
  }
}

/** The beginnings of words in the window, and that of the whole. */
function startsOf(shown: string): readonly number[] {
  const first = Math.max(0, shown.length - WINDOW);
  const starts = first > 0 ? [0] : [];
  for (let at = first; at < shown.length; at += 1) {
    if (/\s/.test(shown.charAt(at))) continue;
    if (at === 0 || !isWithinWord(shown.charAt(at - 1), shown.charAt(at))) starts.push(at);
  }
  return starts;
}

/** Single signs are no repetition, since code and lists have them one behind the other; neither is half a short word. */
function isRepetition(body: string, length: number): boolean {
  const overlap = body.slice(0, length);
  if (!WORD.test(overlap)) return false;
  if (length >= LEAST_OVERLAP) return true;
  return !UNSPACED.test(overlap) && !isWithinWord(body.charAt(length - 1), body.charAt(length));
}

/** Models begin an answer without a space; most pieces that a stream breaks off after are whole words or signs. */
function needsSpace(shown: string, body: string): boolean {
  const [before, after] = [shown.slice(-1), body.charAt(0)];
  if (!WORD.test(after) || UNSPACED.test(after) || UNSPACED.test(before)) return false;
  if (/\p{N}/u.test(after) && /(?:\p{N}|\p{N}[.,:])$/u.test(shown)) return false;
  return WORD.test(before) || /[.,;:!?)\]]/.test(before);
}
