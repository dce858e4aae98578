import type { RejectedCandidate, RouteDecision } from '../contracts/routing/decision.ts';
import type { Candidate } from '../contracts/routing/strategy.ts';
import { isBetter } from './choose.ts';
import type { ChoiceInput } from './choose.ts';
import { UNKNOWN_MODEL } from './targets/candidates.ts';
import { serverOfTarget } from './targets/target-id.ts';

/** Filters whose answer changes when a server is looked at. */
const STATE_FILTERS: ReadonlySet<string> = new Set(['health', 'availability', 'breaker']);

/** Nothing but its state speaks against it. */
function isForState({ reasons }: RejectedCandidate): boolean {
  return reasons.every(({ filter }) => STATE_FILTERS.has(filter));
}

/** The servers that a second look could bring back into an empty chain. */
export function leftOutForState({ rejected }: RouteDecision): ReadonlySet<string> {
  const left = rejected.filter((each) => each.ref.endsWith(`:${UNKNOWN_MODEL}`) || isForState(each));
  return new Set(left.map(({ targetId }) => serverOfTarget(targetId)));
}

/**
 * Whether the first of the chain only stands in: another would come before it if it were well, or has just been asked
 * too much. What is switched off or not on its server is never waited for.
 */
export function isStandIn({ chain, rejected }: RouteDecision, input: ChoiceInput): boolean {
  const [first] = chain;
  const find = (id: string): Candidate | undefined => input.candidates.find(({ targetId }) => targetId === id);
  const chosen = first === undefined ? undefined : find(first.targetId);
  if (chosen === undefined) return false;
  const unwell = rejected
    .filter((each) => isForState(each) && each.reasons.some(({ filter }) => filter !== 'availability'))
    .map(({ targetId }) => find(targetId));
  const limited = input.candidates.filter(
    ({ targetId, limitedForMs }) => limitedForMs !== undefined && chain.some((step) => step.targetId === targetId),
  );
  return [...unwell, ...limited].some((candidate) => {
    if (candidate === undefined || candidate === chosen) return false;
    const { report: _, ...health } = candidate.health;
    const well: Candidate = { ...candidate, health: { ...health, state: 'ready' }, limitedForMs: undefined };
    return isBetter(well, chosen, input);
  });
}
