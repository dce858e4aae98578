import type { Matcher } from '../cases/matchers.ts';
import { arithmeticValue } from './arithmetic-value.ts';
import { foldText, foldWords } from './fold-text.ts';
import { isDate, isTime } from './match-date.ts';

const CLOSE = 1e-9;

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** A number must stand alone: 8 is in `8 am` and `08:00`, not in `18:00`. */
function isIn(word: string, text: string): boolean {
  if (!/^\d+$/.test(word)) return foldText(text).includes(foldText(word));
  return new RegExp(`(?<!\\d)0?${word}(?!\\d)`).test(foldWords(text));
}

/** Whether every wanted one has one given one of its own, in any order, with none over. */
export function isMatching<Wanted, Given>(
  wanted: readonly Wanted[],
  given: readonly Given[],
  isSame: (one: Wanted, other: Given) => boolean,
): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return given.length === 0;
  return given.some((each, at) => isSame(first, each) && isMatching(rest, given.toSpliced(at, 1), isSame));
}

function matchesText(matcher: Matcher, value: string): boolean {
  switch (matcher.is) {
    case 'exactly':
      return typeof matcher.value === 'string' && foldText(value) === foldText(matcher.value);
    case 'number':
      return value.trim() !== '' && Math.abs(Number(value) - matcher.value) < CLOSE;
    case 'text':
      return matcher.values.some((each) => foldText(each) === foldText(value));
    case 'containing':
      return matcher.words.every((words) => words.some((word) => isIn(word, value)));
    case 'date':
      return isDate(value, matcher);
    case 'time':
      return isTime(value, matcher);
    case 'arithmetic':
      return Math.abs(arithmeticValue(value) - matcher.value) < CLOSE;
    default:
      return false;
  }
}

/** Whether an argument is what the case wants; `undefined` is one that was left out. */
export function matchesArgument(matcher: Matcher, value: unknown): boolean {
  switch (matcher.is) {
    case 'optional':
      return value === undefined || matchesArgument(matcher.matcher, value);
    case 'nothing':
      return isEmpty(value);
    case 'either':
      return matcher.matchers.some((each) => matchesArgument(each, value));
    case 'list':
      return Array.isArray(value) && isMatching(matcher.items, value, matchesArgument);
    case 'record':
      return typeof value === 'object' && value !== null && matchesArguments(matcher.properties, value);
    default:
      if (typeof value === 'boolean') return matcher.is === 'exactly' && value === matcher.value;
      return (typeof value === 'string' || typeof value === 'number') && matchesText(matcher, String(value));
  }
}

/** Whether all named arguments match; others may be there too. */
export function matchesArguments(wanted: Readonly<Record<string, Matcher>>, given: object): boolean {
  const values = given as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([name, matcher]) => matchesArgument(matcher, values[name]));
}
