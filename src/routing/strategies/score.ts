import { MODEL_QUALITIES } from '../../contracts/models/model-info.ts';
import type { ModelCapability } from '../../contracts/models/model-info.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { Candidate } from '../../contracts/routing/strategy.ts';

const PRIORITIES = 1_000;
const RANKS = 50;
const SPEED_STEPS = 1_000;
const SPEED_STEP_MS = 20;

function clamp(value: number, limit: number): number {
  return Math.min(limit - 1, Math.max(0, Math.round(value)));
}

/** Ready before loading and busy; a local server that has not answered a look yet in between, a cloud is not looked at. */
function readiness({ health, model }: Candidate): number {
  if (health.state === 'ready') return 2;
  if (health.state === 'unknown') return model.locality.value === 'cloud' ? 2 : 1;
  return 0;
}

function knowsItsNeeds({ model }: Candidate, request: RouteRequest): boolean {
  const needed: ModelCapability[] = [];
  if (request.needs.tools === true) needed.push('tools');
  if (request.needs.json === true) needed.push('json');
  return needed.every((capability) => model.capabilities[capability]?.value === true);
}

/** Faster is more; what was never measured counts least, so that a model that proved itself is kept. */
function speed({ health }: Candidate): number {
  return health.firstTokenMs === undefined ? 0 : clamp(SPEED_STEPS - health.firstTokenMs / SPEED_STEP_MS, SPEED_STEPS);
}

/** Tokens a second up to which faster is better. */
const RANKED_SPEEDS = 100;

/** 0 to below `RANKS`: what the request wants to be ranked by before all settings; 0 where it wants nothing. */
function wishRank({ model }: Candidate, { ranking }: RouteRequest): number {
  if (ranking === 'quality') {
    const grade = model.quality?.value.grade;
    return grade === undefined ? 0 : MODEL_QUALITIES.indexOf(grade) + 1;
  }
  if (ranking !== 'speed') return 0;
  const share = Math.min(1, (model.speed?.value.tokensPerSecond ?? 0) / RANKED_SPEEDS);
  return Math.ceil(share * (RANKS - 1));
}

/**
 * One number that orders candidates of one locality, in this order of weight: ready, what the request wants to be ranked
 * by, priority of the configuration, configured over discovered, known to do what is needed, loaded, measured speed.
 * Below `SCORE_SPAN`.
 */
export function scoreWithinLocality(candidate: Candidate, request: RouteRequest): number {
  let score = readiness(candidate) * RANKS + wishRank(candidate, request);
  score = score * PRIORITIES + clamp(PRIORITIES / 2 - candidate.priority, PRIORITIES);
  score = score * 2 + Number(candidate.isConfigured);
  score = score * 2 + Number(knowsItsNeeds(candidate, request));
  score = score * 2 + Number(candidate.model.isLoaded?.value === true);
  return score * SPEED_STEPS + speed(candidate);
}

/** More than any score within a locality. */
export const SCORE_SPAN = 3 * RANKS * PRIORITIES * 8 * SPEED_STEPS;
