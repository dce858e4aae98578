import type { RejectedCandidate, RouteDecision, RouteStep } from '../contracts/routing/decision.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import type { Candidate, Reason, RouteFilter, RoutingStrategy } from '../contracts/routing/strategy.ts';
import { availabilityFilter } from './filters/availability.ts';
import { consentFilter } from './filters/consent.ts';
import { pinFilter } from './filters/pin.ts';
import { privacyFilter } from './filters/privacy.ts';
import { taskFilter } from './filters/task.ts';
import { chooseToolWay } from './tools/tool-way.ts';

/** Hold for every decision, whatever is contributed. */
const INVARIANTS: readonly RouteFilter[] = [pinFilter, privacyFilter, consentFilter, availabilityFilter, taskFilter];

const NONE: readonly Reason[] = [];

/** Everything a decision is made from. */
export interface ChoiceInput {
  readonly id: string;
  readonly decidedAt: number;
  /** With switches, the strategy's class and the settings already joined in. */
  readonly request: RouteRequest;
  readonly strategy: RoutingStrategy;
  readonly filters: readonly RouteFilter[];
  readonly candidates: readonly Candidate[];
  /** The target that answered the last call of the same turn; a stand-in too. */
  readonly loopTargetId?: string;
  /** The target that answered the last call of the same conversation. */
  readonly stickyTargetId?: string;
  /** Its models come first among equals of preference. */
  readonly preferredProvider?: string;
  /** False leaves only the first of the chain. */
  readonly isFailoverEnabled: boolean;
}

/** A plugin's filter that throws rejects: what cannot be judged is not sent to. */
function ask(filter: RouteFilter, candidate: Candidate, request: RouteRequest): Reason | undefined {
  try {
    return filter.reject(candidate, request);
  } catch (error) {
    return { filter: filter.id, text: `the filter failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Most candidates meet no reason: for them nothing is made. */
function reasonsAgainst(
  candidate: Candidate,
  filters: readonly RouteFilter[],
  request: RouteRequest,
): readonly Reason[] {
  let reasons: Reason[] | undefined;
  for (const filter of filters) {
    const reason = ask(filter, candidate, request);
    if (reason !== undefined) (reasons ??= []).push(reason);
  }
  return reasons ?? NONE;
}

function joinFilters(input: ChoiceInput): readonly RouteFilter[] {
  const filters = [...INVARIANTS];
  for (const filter of [...input.filters, ...input.strategy.filters]) {
    if (!filters.includes(filter)) filters.push(filter);
  }
  return filters;
}

/** What a cloud's link has besides. */
function termsOf({ model, prices, outputLimitTokens, consent }: Candidate): Partial<RouteStep> {
  if (model.locality.value !== 'cloud') return {};
  return {
    ...(prices !== undefined && { prices }),
    ...(outputLimitTokens !== undefined && { outputLimitTokens }),
    ...(consent === 'unasked' && { needsConsent: true }),
  };
}

function toStep(candidate: Candidate, { task, needs, toolWay }: RouteRequest, score: number): RouteStep {
  const { model } = candidate;
  return {
    ref: candidate.ref,
    targetId: candidate.targetId,
    locality: model.locality.value,
    score,
    contextTokens: model.contextTokens?.value,
    ...(candidate.health.state === 'loading' && { isLoading: true }),
    permission: model.locality.value === 'cloud' ? candidate.permission : undefined,
    costUpperBoundUsd: candidate.costUpperBoundUsd,
    ...termsOf(candidate),
    ...(task === 'chat' && needs.tools === true && { toolWay: chooseToolWay(model, toolWay) }),
    ...(task === 'embed' && { embedder: model.embedder?.value }),
  };
}

/**
 * What weighs more than any score: not to have failed the same turn, not to be limited, the model of the turn, an
 * explicit preference, the model of the conversation, the preferred provider.
 */
function rankOf(candidate: Candidate, input: ChoiceInput): number {
  const { request } = input;
  return (
    Number(request.avoidedTargets?.includes(candidate.targetId) !== true) * 32 +
    Number(candidate.limitedForMs === undefined) * 16 +
    Number(candidate.targetId === input.loopTargetId) * 8 +
    Number(candidate.ref === request.preferred) * 4 +
    Number(candidate.targetId === input.stickyTargetId) * 2 +
    Number(candidate.providerId === input.preferredProvider)
  );
}

function scoreOf(candidate: Candidate, input: ChoiceInput): number {
  const score = input.strategy.score(candidate, input.request);
  return Number.isFinite(score) ? score : 0;
}

/** Whether the left one is tried before the right one. */
export function isBetter(left: Candidate, right: Candidate, input: ChoiceInput): boolean {
  const difference = rankOf(left, input) - rankOf(right, input);
  return difference === 0 ? scoreOf(left, input) > scoreOf(right, input) : difference > 0;
}

function order(passed: readonly Candidate[], input: ChoiceInput): RouteStep[] {
  const scored = passed.map((candidate) => {
    return { candidate, rank: rankOf(candidate, input), score: scoreOf(candidate, input) };
  });
  scored.sort((left, right) => right.rank - left.rank || right.score - left.score);
  return scored.map(({ candidate, score }) => toStep(candidate, input.request, score));
}

/**
 * Makes the decision. Pure: the same input gives the same decision. Every candidate is either in the chain or rejected
 * with all its reasons; equal scores keep the order in which the candidates came.
 */
export function choose(input: ChoiceInput): RouteDecision {
  const filters = joinFilters(input);
  const passed: Candidate[] = [];
  const rejected: RejectedCandidate[] = [];
  for (const candidate of input.candidates) {
    const reasons = reasonsAgainst(candidate, filters, input.request);
    if (reasons.length === 0) passed.push(candidate);
    else rejected.push({ ref: candidate.ref, targetId: candidate.targetId, reasons });
  }
  const ordered = order(passed, input);
  // Without failover no other model answers; the endpoints of one model are still shared out.
  const chain = input.isFailoverEnabled ? ordered : ordered.filter(({ ref }) => ref === ordered[0]?.ref);
  for (const { ref, targetId } of ordered.filter((step) => !chain.includes(step))) {
    const text = 'failover is off (LLM_FAILOVER_ENABLED=false) and another comes first';
    rejected.push({ ref, targetId, reasons: [{ filter: 'failover', text }] });
  }
  const { id, decidedAt, request } = input;
  return Object.freeze({ id, decidedAt, request, strategy: input.strategy.id, chain, rejected });
}
