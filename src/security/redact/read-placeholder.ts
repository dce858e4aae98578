import type { Placeholder } from './placeholders.ts';

/** What stands at a place of a text: a placeholder, nothing of the kind, or the beginning of what may become one. */
export type Reading = { readonly length: number; readonly value: string } | 'nothing' | 'unfinished';

const JOINT = /[-_ \u2010\u2011]/;
const WORD = /[\p{L}\p{M}\p{N}_]/u;

/** Longest run of digits that is read as a number. */
const MOST_DIGITS = 9;

/** Where a reading has come to. */
interface Reach {
  readonly text: string;
  readonly isWhole: boolean;
}

/**
 * Reads placeholders as models write them: `<email-2>`, in any case, with an underscore or a space for a hyphen, without
 * its closing bracket or without both. Anything else, and any number that was not given out, is left as it is.
 */
export class PlaceholderReader {
  readonly #labels: readonly string[];
  readonly #values: ReadonlyMap<string, string>;

  constructor(placeholders: readonly Placeholder[]) {
    this.#labels = [...new Set(placeholders.map(({ label }) => label))];
    this.#values = new Map(placeholders.map(({ label, number, value }) => [`${label}-${number}`, value]));
  }

  /** True where a placeholder may begin at a character, so that most of a text is passed over at once. */
  mayBeginWith(character: string): boolean {
    return character === '<' || this.#labels.some((label) => label.charAt(0) === character.toLowerCase());
  }

  /** Reads at `index`; `isWhole` says that the text does not go on. A trailing half of a surrogate pair must be kept back by the caller. */
  read(text: string, index: number, isWhole: boolean): Reading {
    const isBracketed = text.charAt(index) === '<';
    if (!isBracketed && WORD.test(characterBefore(text, index))) return 'nothing';
    let result: Reading = 'nothing';
    for (const label of this.#labels) {
      const reading = this.#readLabel({ text, isWhole }, { index, isBracketed, label });
      if (typeof reading === 'object') return reading;
      if (reading === 'unfinished') result = reading;
    }
    return result;
  }

  #readLabel(
    { text, isWhole }: Reach,
    { index, isBracketed, label }: { index: number; isBracketed: boolean; label: string },
  ): Reading {
    const atEnd = isWhole ? 'nothing' : 'unfinished';
    let place = isBracketed ? index + 1 : index;
    for (const expected of `${label}-`) {
      if (place >= text.length) return atEnd;
      const actual = text.charAt(place);
      const isSame = expected === '-' ? JOINT.test(actual) : actual === expected || isUpperOf(actual, expected);
      if (!isSame) return 'nothing';
      place += 1;
    }
    const digits = /^[0-9]*/.exec(text.slice(place, place + MOST_DIGITS + 1))?.[0] ?? '';
    place += digits.length;
    if (digits.length > MOST_DIGITS) return 'nothing';
    if (place >= text.length && !isWhole) return 'unfinished';
    const value = this.#values.get(`${label}-${digits}`);
    if (value === undefined) return 'nothing';
    if (isBracketed && text.charAt(place) === '>') return { length: place + 1 - index, value };
    return WORD.test(characterAt(text, place)) ? 'nothing' : { length: place - index, value };
  }
}

/** By ASCII alone: `ſ` and the Kelvin sign are no letters of a label. */
function isUpperOf(actual: string, expected: string): boolean {
  return actual >= 'A' && actual <= 'Z' && actual.toLowerCase() === expected;
}

function characterAt(text: string, index: number): string {
  const point = text.codePointAt(index);
  return point === undefined ? '' : String.fromCodePoint(point);
}

function characterBefore(text: string, index: number): string {
  return Array.from(text.slice(Math.max(0, index - 2), index)).at(-1) ?? '';
}
