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

/** As it would be looked upon if it were well and free. */
function asWell(candidate: Candidate): Candidate {
  const { health } = candidate;
  return { ...candidate, limitedForMs: undefined, health: { ...health, state: 'ready' } };
}

/**
 * Whether the first of the chain only stands in: another would come before it if it were well, had not just been asked
 * too much or failed, or if the turn had not begun elsewhere. What is switched off or not on its server is never
 * waited for.
 */
export function isStandIn({ chain, rejected }: RouteDecision, input: ChoiceInput): boolean {
  const [first] = chain;
  const { loopTargetId, candidates } = input;
  const isDiverted = loopTargetId !== undefined || input.request.avoidedTargets !== undefined;
  const isLimited = candidates.some(({ limitedForMs }) => limitedForMs !== undefined);
  // Nothing but scores made this order, and nobody is missing from it.
  if (!isDiverted && !isLimited && rejected.length === 0) return false;
  const byId = new Map(candidates.map((candidate) => [candidate.targetId, candidate]));
  const chosen = first === undefined ? undefined : byId.get(first.targetId);
  if (chosen === undefined) return false;
  const others = chain.flatMap(({ targetId }) => byId.get(targetId) ?? []);
  const unwell = rejected
    .filter((each) => isForState(each) && each.reasons.some(({ filter }) => filter !== 'availability'))
    .flatMap(({ targetId }) => byId.get(targetId) ?? []);
  const request = { ...input.request, avoidedTargets: undefined };
  const next: ChoiceInput = { ...input, request, loopTargetId: undefined };
  return [...others.map((each) => ({ ...each, limitedForMs: undefined })), ...unwell.map(asWell)].some(
    // Another endpoint of the same model is no better one.
    (candidate) => candidate.ref !== chosen.ref && isBetter(candidate, chosen, next),
  );
}
