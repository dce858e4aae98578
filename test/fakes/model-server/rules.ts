import { askedModel } from './world.ts';
import type { Call } from './http/call.ts';
import type { Fault } from './faults/fault-kinds.ts';
import type { Rule, RuleMatch } from './protocol.ts';

/** A rule with what has happened to it so far. */
interface LiveRule {
  rule: Rule;
  faults: Fault[];
  seen: number;
  used: number;
  firstUsedAt: number | undefined;
}

/** The script in force: the first rule that matches and is not used up answers. */
export class Script {
  #rules: LiveRule[] = [];

  constructor(rules: Rule[]) {
    this.replace(rules);
  }

  /** Forgets the old rules and all they counted. */
  replace(rules: Rule[]): void {
    this.#rules = rules.map((rule) => ({
      rule,
      faults: [...(rule.fault === undefined ? [] : [rule.fault]), ...(rule.faults ?? [])],
      seen: 0,
      used: 0,
      firstUsedAt: undefined,
    }));
  }

  /** The rule for this request, counted as used. */
  take(call: Call): LiveRule | undefined {
    for (const live of this.#rules) {
      const match = live.rule.match ?? {};
      if (!matches(call, match) || isSpent(live)) continue;
      live.seen += 1;
      if (live.seen <= (match.skip ?? 0)) continue;
      live.used += 1;
      live.firstUsedAt ??= Date.now();
      return live;
    }
    return undefined;
  }
}

/** Used as often as it may be, or its loading time is over. */
function isSpent(live: LiveRule): boolean {
  if (live.used >= (live.rule.match?.times ?? Number.POSITIVE_INFINITY)) return true;
  return live.faults.some((fault) => {
    if (fault.kind !== 'loading') return false;
    if (fault.requests !== undefined && live.used >= fault.requests) return true;
    return fault.forMs !== undefined && live.firstUsedAt !== undefined && Date.now() - live.firstUsedAt >= fault.forMs;
  });
}

function matches(call: Call, match: RuleMatch): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== call.method) return false;
  if (match.path !== undefined && !pathFits(call.path, match.path)) return false;
  if (match.model !== undefined && match.model !== askedModel(call)) return false;
  if (match.isStream !== undefined && match.isStream !== asksStream(call)) return false;
  return match.bodyIncludes === undefined || call.text.includes(match.bodyIncludes);
}

/** Exact, or by prefix when the pattern ends in `*`. */
export function pathFits(path: string, pattern: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

/** Ollama's own generation routes stream unless told otherwise, Gemini's by their name, all others only when asked. */
export function asksStream(call: Call): boolean {
  if (call.path.endsWith(':streamGenerateContent')) return true;
  const streamsByDefault = ['/api/chat', '/api/generate', '/api/pull'].includes(call.path);
  return streamsByDefault ? call.body['stream'] !== false : call.body['stream'] === true;
}
