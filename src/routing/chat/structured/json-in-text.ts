import { parsePartialJson } from '@langchain/core/output_parsers';
import { jsonrepair } from 'jsonrepair';

/** What the JSON that is looked for begins with: `{`, `[`, or either. */
export type JsonOpeners = '{' | '[' | '{[';

/** The JSON in a text, in its order; `isCut` when the text ends within one. */
export interface JsonInText {
  readonly values: readonly unknown[];
  readonly isCut: boolean;
}

interface Span {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Prose has brackets too: `{name}` and `[see below]` begin no JSON. */
const STARTS: Readonly<Record<JsonOpeners, RegExp>> = {
  '{': /\{\s*(?:["'}]|$)/g,
  '[': /\[\s*(?:[\]"'[{\-\d]|(?:true|false|null)\b|$)/g,
  '{[': /\{\s*(?:["'}]|$)|\[\s*(?:[\]"'[{\-\d]|(?:true|false|null)\b|$)/g,
};

/** A number at the end may get more digits. */
const UNFINISHED_NUMBER = /-?\d[-+.\deE]*$|-$/;

const HIGH_SURROGATE = /^(?:\\u[dD][89abAB]|[\ud800-\udbff])/;

/**
 * The JSON objects and arrays in what a model wrote: between words, in fences, one or several. One that is whole but for
 * its commas, quotes or line breaks is mended; one that the text ends within is never taken for a whole.
 */
export function jsonIn(text: string, openers: JsonOpeners): JsonInText {
  const spans = [...spansIn(text, openers)];
  const values = spans.filter(({ isWhole }) => isWhole).flatMap((span) => valueOf(span.text));
  if (values.length === 0 && openers === '{[') values.push(...plainValue(text));
  return { values, isCut: spans.at(-1)?.isWhole === false };
}

/**
 * As much of the first JSON in a text as later text cannot change, so that each is a prefix of the next: half an escape
 * and a number that may go on are left out. Undefined where there is none yet.
 */
export function partialJsonIn(text: string, openers: JsonOpeners): unknown {
  for (const { text: part } of spansIn(text, openers)) {
    // LangChain's parser would make it the prototype.
    if (part.includes('__proto__')) return undefined;
    const value: unknown = parsePartialJson(part);
    if (value !== null) return value;
  }
  return undefined;
}

function* spansIn(text: string, openers: JsonOpeners): Generator<Span> {
  const starts = new RegExp(STARTS[openers]);
  for (let match = starts.exec(text); match !== null; match = starts.exec(text)) {
    const span = spanAt(text, match.index);
    yield span;
    if (!span.isWhole) return;
    starts.lastIndex = match.index + span.text.length;
  }
}

/** Up to the bracket that closes the one at `start`, or as far as the text is settled. */
function spanAt(text: string, start: number): Span {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const { end, settled } = stringAt(text, at);
      if (end === undefined) return { text: text.slice(start, settled), isWhole: false };
      at = end;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return { text: text.slice(start, at + 1), isWhole: true };
  }
  return { text: text.slice(start).replace(UNFINISHED_NUMBER, ''), isWhole: false };
}

/** The closing quote of the string at `start`; without one, the end of its last character that is whole. */
function stringAt(text: string, start: number): { readonly end?: number; readonly settled: number } {
  let half: number | undefined;
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return { end: at, settled: at + 1 };
    const isHigh = HIGH_SURROGATE.test(text.slice(at, at + 4));
    const length = text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
    if (at + length > text.length) return { settled: half ?? at };
    half = isHigh ? at : undefined;
    at += length - 1;
  }
  return { settled: half ?? text.length };
}

function valueOf(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return mended(text);
  }
}

function mended(text: string): unknown[] {
  try {
    return [JSON.parse(jsonrepair(text))];
  } catch {
    return [];
  }
}

/** A number, a text or another value without brackets, perhaps fenced. */
function plainValue(text: string): unknown[] {
  const bare = text.trim().replace(/^```\w*\s*|\s*```$/g, '');
  try {
    return [JSON.parse(bare)];
  } catch {
    return [];
  }
}
