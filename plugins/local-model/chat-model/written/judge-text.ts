import type { OfferedTool } from '../../client/chat-request.ts';
import { CALL_KEYS, callsInJson, NAME_KEYS, toolNamed } from './calls-in-json.ts';
import { FUNCTION_TAG } from './function-tags.ts';
import { endOfValue, readLenientJson } from './lenient-json.ts';
import { isOpenerBegun, openingLength } from './markers.ts';

/** What a text is looked at for. */
export interface JudgeOptions {
  readonly tools: readonly OfferedTool[];
  /** The model was asked for `{"answer": ...}` or `{"tool": ...}`: an answer is to be found, and any name of a tool is one. */
  readonly isAskedInText: boolean;
}

/**
 * What the beginning of a text says of the whole. Everything but `open` is final: no text that goes on from there is
 * judged otherwise, so pieces may be cut anywhere.
 */
export type Judgement =
  | { readonly kind: 'open' | 'text' | 'call' }
  /** The string of `answer` begins at `from`. */
  | { readonly kind: 'answer'; readonly from: number };

const OPEN: Judgement = { kind: 'open' };
const TEXT: Judgement = { kind: 'text' };
const CALL: Judgement = { kind: 'call' };

const FIRST_KEY = /^(["']?)([\w-]*)/;
const NAMED_VALUE = /^["']?\w+["']?\s*:\s*"((?:[^"\\]|\\.)*)"/;
const ANSWER_STRING = /^["']?answer["']?\s*:\s*"/;

/** Judges a text from its start. */
export function judgeText(text: string, options: JudgeOptions): Judgement {
  const opening = openingLength(text);
  const rest = text.slice(opening);
  if (rest === '') return OPEN;
  if (isOpenerBegun(rest)) return OPEN;
  if (rest.startsWith('<function=')) return judgeTag(rest, options);
  if (/^[{[]/.test(rest)) return judgeValue(rest, opening, options);
  // Only Mistral's token is followed by a name.
  return /\[TOOL_CALLS\]\s*$/.test(text.slice(0, opening)) ? judgeName(rest, options) : TEXT;
}

function judgeTag(rest: string, { tools, isAskedInText }: JudgeOptions): Judgement {
  const opened = FUNCTION_TAG.exec(rest);
  if (opened === null) return /^<function=["']?[\w.-]*["']?$/.test(rest) ? OPEN : TEXT;
  return isAskedInText || toolNamed(opened[1]!, tools) !== undefined ? CALL : TEXT;
}

function judgeName(rest: string, { tools }: JudgeOptions): Judgement {
  const name = /^[\w.-]+/.exec(rest)?.[0];
  if (name === undefined) return TEXT;
  const after = rest.slice(name.length).trimStart();
  if (after === '' || '[ARGS]'.startsWith(after)) return OPEN;
  return toolNamed(name, tools) !== undefined && /^(\[ARGS\]|\{)/.test(after) ? CALL : TEXT;
}

function judgeValue(rest: string, opening: number, options: JudgeOptions): Judgement {
  const lead = /^(?:\[\s*)?(?:\{\s*){0,2}/.exec(rest)![0];
  const inside = rest.slice(lead.length);
  if (!lead.includes('{')) return inside === '' ? OPEN : TEXT;
  if (inside === '') return OPEN;
  const first = judgeFirstKey(inside, options);
  if (first.kind === 'answer') return { kind: 'answer', from: opening + lead.length + first.from };
  if (first.kind === 'text') return TEXT;
  const end = endOfValue(rest, 0);
  if (end === undefined) return OPEN;
  const value = readLenientJson(rest.slice(0, end));
  // An answer that is no text is made one at the end.
  if (options.isAskedInText && typeof value === 'object' && value !== null && 'answer' in value) return CALL;
  const calls = callsInJson(value, options.tools);
  if (calls === undefined) return options.isAskedInText && isToolKey(inside) ? CALL : TEXT;
  return options.isAskedInText || calls.every(({ tool }) => tool !== undefined) ? CALL : TEXT;
}

function isToolKey(inside: string): boolean {
  return FIRST_KEY.exec(inside)?.[2] === 'tool';
}

function judgeFirstKey(inside: string, { tools, isAskedInText }: JudgeOptions): Judgement {
  const [begun, quote, key] = FIRST_KEY.exec(inside)!;
  const isKnown = (each: string): boolean => CALL_KEYS.has(each) || (isAskedInText && each === 'answer');
  if (begun === inside) {
    const isBegun = isAskedInText ? [...CALL_KEYS, 'answer'] : [...CALL_KEYS];
    return isBegun.some((each) => each.startsWith(key!)) ? OPEN : TEXT;
  }
  if (!isKnown(key!) || (quote !== '' && !inside.startsWith(quote!, begun.length))) return TEXT;
  if (key === 'answer') {
    const string = ANSWER_STRING.exec(inside);
    return string === null ? OPEN : { kind: 'answer', from: string[0].length };
  }
  if (isAskedInText || !NAME_KEYS.has(key!)) return OPEN;
  const name = NAMED_VALUE.exec(inside)?.[1];
  return name === undefined || toolNamed(name, tools) !== undefined ? OPEN : TEXT;
}
