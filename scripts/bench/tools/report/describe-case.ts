import type { Matcher } from '../cases/matchers.ts';
import type { WantedCall } from '../cases/tool-case.ts';
import type { Verdict } from '../judge/judge-case.ts';
import type { KeptResult } from '../kept-results.ts';
import type { SelectedCase } from '../selection.ts';

const WIDTH = 300;

/** What an argument must be, in few words. */
function describeMatcher(matcher: Matcher): string {
  switch (matcher.is) {
    case 'text':
      return matcher.values.map((value) => JSON.stringify(value)).join('|');
    case 'containing':
      return `~${matcher.words.map((words) => words.join('|')).join('+')}`;
    case 'date':
      return `${matcher.year}-${matcher.month}-${matcher.day}`;
    case 'time':
      return `${matcher.hour}:${String(matcher.minute).padStart(2, '0')}`;
    case 'nothing':
      return 'nothing';
    case 'optional':
      return `(${describeMatcher(matcher.matcher)})`;
    case 'list':
      return `[${matcher.items.map(describeMatcher).join(', ')}]`;
    case 'record':
      return describeMatchers(matcher.properties);
    case 'either':
      return matcher.matchers.map(describeMatcher).join(' or ');
    default:
      return JSON.stringify(matcher.value);
  }
}

function describeMatchers(wanted: Readonly<Record<string, Matcher>>): string {
  return `{${Object.entries(wanted)
    .map(([name, matcher]) => `${name}: ${describeMatcher(matcher)}`)
    .join(', ')}}`;
}

function describeWanted(wanted: readonly WantedCall[]): string {
  const calls = wanted.map(({ tool, arguments: given }) => `${tool} ${describeMatchers(given)}`);
  return calls.length === 0 ? 'an answer in words' : calls.join(' and ');
}

/** What came back, step by step, on one line. */
export function describeReplies({ replies }: Pick<KeptResult, 'replies'>): string {
  const steps = replies.map(({ calls, text, fault }) => {
    if (fault !== undefined) return fault;
    const made = calls.map((call) => `${call.name} ${JSON.stringify(call.arguments)}`);
    return made.length === 0 ? JSON.stringify(text) : made.join(' and ');
  });
  const line = steps.join(' -> ').replaceAll(/\s+/g, ' ');
  return line.length > WIDTH ? `${line.slice(0, WIDTH)}...` : line;
}

/** One line of progress. Of a held-out case it tells the verdict only, so that nobody tunes on it by accident. */
export function describeCase(one: SelectedCase & { readonly verdict: Verdict; readonly result: KeptResult }): string {
  const { part, asked, verdict, result } = one;
  const line = `${asked.id} ${verdict.isRight ? 'right' : 'WRONG'} ${result.seconds.toFixed(1)} s`;
  if (part === 'held-out') return line;
  const got = `got ${describeReplies(result)}`;
  return verdict.isRight
    ? `${line}: ${got}`
    : `${line}: ${verdict.why}\n    "${asked.question}"\n    wanted ${describeWanted(asked.wanted)}\n    ${got}`;
}
