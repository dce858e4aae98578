import type { DialectId, Rule } from '../../fakes/model-server/protocol.ts';
import type { Fault } from '../../fakes/model-server/faults/fault-kinds.ts';
import { pick } from './pick.ts';

/** What a caller writes where it wants the tool called. */
export const TOOL_WISH = 'call-the-tool';

/** What it writes where it wants words. */
export const TEXT_WISH = 'answer-in-words';

/** The call that the servers make. */
export const TOOL_CALL = { name: 'look_up', arguments: { key: 'river' } };

type Make = (random: () => number) => Fault;

const tokens = (random: () => number): number => Math.floor(random() * 12);

/** Every way a server fails, by name. What one with a marker of its own cannot show is left out: it is no fault there. */
const FAULTS: Readonly<Record<string, Make>> = {
  'reset before headers': () => ({ kind: 'reset-before-headers' }),
  'refuse for a time': (random) => ({ kind: 'refuse', forMs: 50 + Math.floor(random() * 500) }),
  'hang before headers': () => ({ kind: 'hang-before-headers' }),
  'hang after headers': () => ({ kind: 'hang-after-headers' }),
  'role, then silence': () => ({ kind: 'role-then-silence' }),
  cut: (random) => ({ kind: 'cut', afterTokens: tokens(random), isReset: random() < 0.5 }),
  'end without marker': (random) => ({ kind: 'end-without-marker', afterTokens: tokens(random) }),
  stall: (random) => ({ kind: 'stall', afterTokens: tokens(random) }),
  'short stall': (random) => ({ kind: 'stall', afterTokens: tokens(random), forMs: 40 }),
  drip: (random) => ({ kind: 'drip', intervalMs: 10 + Math.floor(random() * 60) }),
  'malformed chunk': (random) => ({ kind: 'malformed-chunk', afterTokens: tokens(random) }),
  'split bytes': (random) => ({ kind: 'split-bytes', everyBytes: 1 + Math.floor(random() * 9) }),
  'in-band error': (random) => ({ kind: 'in-band-error', afterTokens: tokens(random) }),
  'empty 200': () => ({ kind: 'empty' }),
  'page under 200': () => ({ kind: 'html' }),
  'page under 502': () => ({ kind: 'html', status: 502 }),
  'status 400': () => ({ kind: 'status', status: 400 }),
  'status 401': () => ({ kind: 'status', status: 401 }),
  'status 402': () => ({ kind: 'status', status: 402 }),
  'status 403': () => ({ kind: 'status', status: 403 }),
  'status 413': () => ({ kind: 'status', status: 413 }),
  'status 429': () => ({ kind: 'status', status: 429 }),
  '429 with seconds': () => ({ kind: 'status', status: 429, retryAfter: { seconds: 1 } }),
  '429 with a date': () => ({ kind: 'status', status: 429, retryAfter: { dateInMs: 1_000 } }),
  '429 for longer than anyone waits': () => ({ kind: 'status', status: 429, retryAfter: { seconds: 45 } }),
  'status 500': () => ({ kind: 'status', status: 500 }),
  'status 503': () => ({ kind: 'status', status: 503, retryAfter: { milliseconds: 200 } }),
  'status 529': () => ({ kind: 'status', status: 529 }),
  loading: (random) => ({ kind: 'loading', forMs: 50 + Math.floor(random() * 400) }),
  'wrong model': () => ({ kind: 'wrong-model', model: 'another' }),
  'invalid tool arguments': () => ({ kind: 'invalid-tool-arguments' }),
  'duplicate tool ids': () => ({ kind: 'duplicate-tool-ids' }),
};

const CHAT_PATHS: Partial<Readonly<Record<DialectId, string>>> = { ollama: '/api/chat' };

/** Rules of a healthy server: a wish for the tool is granted. */
export function healthyRules(dialect: DialectId): Rule[] {
  const path = CHAT_PATHS[dialect] ?? '/v1/chat/completions';
  return [{ match: { path, bodyIncludes: TOOL_WISH }, reply: { toolCalls: [TOOL_CALL] } }];
}

/** Rules of a server that has one fault, for some calls or until the rules change. */
export function spoiledRules(
  dialect: DialectId,
  random: () => number,
): { readonly name: string; readonly rules: Rule[] } {
  const name = pick(Object.keys(FAULTS), random);
  const fault = FAULTS[name]!(random);
  const path = CHAT_PATHS[dialect] ?? '/v1/chat/completions';
  const times = random() < 0.5 ? 1 + Math.floor(random() * 4) : undefined;
  const match = { path, ...(times !== undefined && { times }) };
  const spoiled: Rule[] = [
    { match: { ...match, bodyIncludes: TOOL_WISH }, reply: { toolCalls: [TOOL_CALL] }, fault },
    { match: { ...match, bodyIncludes: TEXT_WISH }, fault },
  ];
  return { name, rules: [...spoiled, ...healthyRules(dialect)] };
}
