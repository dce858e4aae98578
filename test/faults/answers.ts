import type { ReplyScript } from '../fakes/model-server/protocol.ts';
import type { Mode } from './cells.ts';

/** What each server says. Every word names its server and its place, so that loss, repetition and mixture are seen. */
const WORDS = ['1', 'é2', '語3', '🦊4', '5', '6', '7', '8'];
const tokensOf = (server: string): string[] => WORDS.map((word) => `${server}${word} `);
const PRIMARY_TOKENS = tokensOf('p');
const FALLBACK_TOKENS = tokensOf('f');

/** The tool that is offered in the mode `tools`, on the OpenAI wire. */
export const WEATHER_TOOL = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'The weather of a place',
    parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
  },
};

const placeOf = (server: string): string => `${server}-Übersee-🦊-1-2-3`;

function replyOf(server: 'p' | 'f', tokens: readonly string[], mode: Mode): ReplyScript {
  if (mode !== 'tools') return { tokens: [...tokens] };
  return { toolCalls: [{ name: 'weather', arguments: { place: placeOf(server) }, id: `call_${server}` }] };
}

/** What the primary says when nothing is wrong. */
export function primaryReply(mode: Mode): ReplyScript {
  return replyOf('p', PRIMARY_TOKENS, mode);
}

/** What the fallback says. */
export function fallbackReply(mode: Mode): ReplyScript {
  return replyOf('f', FALLBACK_TOKENS, mode);
}

/** All that came of one call, whoever made it. */
export interface Seen {
  /** Every piece of text that the caller got, joined. */
  readonly text: string;
  /** Every piece of the arguments of tool calls that the caller got, joined. */
  readonly toolText: string;
  /** Also when the only call was handed over marked as invalid. */
  readonly hasError: boolean;
  /** A hang is ended by whoever looks on. */
  readonly hasHung?: boolean;
}

/**
 * `whole`: one server's whole answer, and no error. `failed`: an error and nothing shown. `interrupted`: an error after
 * a part (or all) of one answer. The rest must never be: `truncated` without an error, `repeated` or of two servers,
 * `empty` without an error, `hang`; `changed` is an answer that no server gave.
 */
export type Verdict =
  | 'whole of the primary'
  | 'whole of the fallback'
  | 'failed'
  | 'interrupted'
  | 'truncated'
  | 'repeated'
  | 'empty'
  | 'changed'
  | 'hang';

const argumentsOf = (server: string): string => JSON.stringify({ place: placeOf(server) });

/** What a caller would take for the answer, of either server. */
export function wholeAnswers(mode: Mode, calls = 1): { readonly primary: string; readonly fallback: string } {
  if (mode === 'tools') return { primary: argumentsOf('p').repeat(calls), fallback: argumentsOf('f') };
  return { primary: PRIMARY_TOKENS.join(''), fallback: FALLBACK_TOKENS.join('') };
}

/** Judges what came of a call by what the servers said; `calls` is that of the cell. White space at the ends is nobody's fault. */
export function judge(mode: Mode, seen: Seen, calls = 1): Verdict {
  if (seen.hasHung === true) return 'hang';
  const shown = mode === 'tools' ? seen.toolText : seen.text;
  const { primary, fallback } = wholeAnswers(mode, calls);
  const isOf = (whole: string): boolean => shown.trimEnd() === whole.trimEnd();
  const isPart = (whole: string): boolean => whole.startsWith(shown.trimEnd());
  if (shown === '') return seen.hasError ? 'failed' : 'empty';
  if (seen.hasError && (isPart(primary) || isPart(fallback))) return 'interrupted';
  if (isOf(primary)) return 'whole of the primary';
  if (isOf(fallback)) return 'whole of the fallback';
  if (isPart(primary) || isPart(fallback)) return 'truncated';
  return isRepeated(shown, mode) ? 'repeated' : 'changed';
}

/** Words of both servers, or one word twice; in arguments, more than one beginning. */
function isRepeated(shown: string, mode: Mode): boolean {
  if (mode === 'tools') return shown.split('{').length > 2;
  const words = shown.trim().split(/\s+/);
  const servers = new Set(words.map((word) => word.slice(0, 1)));
  return servers.size > 1 || new Set(words).size < words.length;
}
