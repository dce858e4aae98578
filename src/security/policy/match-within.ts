import { createContext, Script, type Context } from 'node:vm';

/** Where something matched, UTF-16 units. */
interface MatchPlace {
  readonly start: number;
  readonly end: number;
}

/** More matches than anybody needs to know of in one text. */
const MOST_MATCHES = 100_000;

let watched: { readonly script: Script; readonly context: Context } | undefined;

function matchAll(pattern: RegExp, text: string): MatchPlace[] {
  const places: MatchPlace[] = [];
  for (const { 0: value, index } of text.matchAll(pattern)) {
    if (value !== '') places.push({ start: index, end: index + value.length });
    if (places.length === MOST_MATCHES) break;
  }
  return places;
}

/**
 * Matches of an expression that somebody else wrote. It is run where V8 ends it after `limitMs`, for an expression can
 * take longer than a life on a text of a line; throws then.
 */
export function matchWithin(pattern: RegExp, text: string, limitMs: number): readonly MatchPlace[] {
  watched ??= { script: new Script('work()'), context: createContext({}) };
  watched.context['work'] = (): MatchPlace[] => matchAll(pattern, text);
  try {
    return watched.script.runInContext(watched.context, { timeout: limitMs }) as MatchPlace[];
  } finally {
    watched.context['work'] = undefined;
  }
}
