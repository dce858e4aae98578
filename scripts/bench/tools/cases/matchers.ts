/** What an argument must be for a person to call it right. */
export type Matcher =
  | { readonly is: 'exactly'; readonly value: string | boolean }
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'text'; readonly values: readonly string[] }
  | { readonly is: 'containing'; readonly words: readonly (readonly string[])[] }
  | { readonly is: 'nothing' }
  | { readonly is: 'date'; readonly year: number; readonly month: number; readonly day: number }
  | { readonly is: 'time'; readonly hour: number; readonly minute: number }
  | { readonly is: 'arithmetic'; readonly value: number }
  | { readonly is: 'optional'; readonly matcher: Matcher }
  | { readonly is: 'list'; readonly items: readonly Matcher[] }
  | { readonly is: 'record'; readonly properties: Readonly<Record<string, Matcher>> }
  | { readonly is: 'either'; readonly matchers: readonly Matcher[] };

/** The value itself. */
export const exactly = (value: string | boolean): Matcher => ({ is: 'exactly', value });
/** The number, whatever its spelling. */
export const number = (value: number): Matcher => ({ is: 'number', value });
/** One of the texts, whatever the case, accents, spaces and punctuation. */
export const text = (...values: readonly string[]): Matcher => ({ is: 'text', values });
/** A text with every word in it; a list stands for any one of its words. */
export const containing = (...words: readonly (string | readonly string[])[]): Matcher => ({
  is: 'containing',
  words: words.map((word) => (typeof word === 'string' ? [word] : word)),
});
/** Left out, or empty: what nobody asked for and what would change what is done. */
export const nothing = (): Matcher => ({ is: 'nothing' });
/** A day, in any usual spelling. */
export const date = (year: number, month: number, day: number): Matcher => ({ is: 'date', year, month, day });
/** A time of the day, in any usual spelling. */
export const time = (hour: number, minute: number): Matcher => ({ is: 'time', hour, minute });
/** An expression with this value. */
export const arithmetic = (value: number): Matcher => ({ is: 'arithmetic', value });
/** May be left out; what is there must match. */
export const optional = (matcher: Matcher): Matcher => ({ is: 'optional', matcher });
/** As many items as given, in any order. */
export const list = (...items: readonly Matcher[]): Matcher => ({ is: 'list', items });
/** An object with these properties; others may be there too. */
export const record = (properties: Readonly<Record<string, Matcher>>): Matcher => ({ is: 'record', properties });
/** Any one of them. */
export const either = (...matchers: readonly Matcher[]): Matcher => ({ is: 'either', matchers });
