import { MODEL_QUALITIES } from '../../contracts/models/model-info.ts';
import type { ModelCapability, ModelQuality } from '../../contracts/models/model-info.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { Candidate, RouteFilter } from '../../contracts/routing/strategy.ts';
import { chooseToolWay } from '../tools/tool-way.ts';

function canDo(candidate: Candidate, capability: ModelCapability): boolean | undefined {
  return candidate.model.capabilities[capability]?.value;
}

const WORDS: Readonly<Record<string, string>> = {
  tools: 'call tools',
  json: 'keep to a JSON schema',
  embed: 'make embeddings',
  reasoning: 'reason before it answers',
};

function missing(candidate: Candidate, request: RouteRequest): string | undefined {
  if (request.task === 'chat') {
    if (canDo(candidate, 'chat') === false) return 'cannot chat';
    if (canDo(candidate, 'chat') === undefined && canDo(candidate, 'embed') === true) return 'only makes embeddings';
  }
  if (request.task === 'embed' && canDo(candidate, 'embed') === false) return 'cannot make embeddings';
  if (request.needs.tools === true && chooseToolWay(candidate.model) === undefined) return 'cannot call tools';
  if (request.needs.json === true && canDo(candidate, 'json') === false && !canBeToldJson(candidate))
    return 'cannot keep to a JSON schema';
  // Servers are known to drop an image without a word, so here not knowing is not enough.
  if (request.needs.vision === true && canDo(candidate, 'vision') !== true) return 'is not known to see images';
  const lacking = request.needs.capabilities?.find((capability) => canDo(candidate, capability) !== true);
  return lacking === undefined ? unproven(candidate, request) : `is not known to ${WORDS[lacking] ?? `do ${lacking}`}`;
}

/** What a schema cannot hold it to is asked for in words, and mended. */
function canBeToldJson({ model }: Candidate): boolean {
  return model.capabilities.chat?.value !== false && model.toolWays?.value.includes('prompt') === true;
}

/** What only a grade or a measurement can show: without one it is not shown. */
function unproven({ model }: Candidate, { needs }: RouteRequest): string | undefined {
  const grade = model.quality?.value.grade;
  if (needs.quality !== undefined && gradeOf(grade) < gradeOf(needs.quality)) {
    return grade === undefined
      ? `nobody graded it, ${needs.quality} is asked for`
      : `is ${grade}, not ${needs.quality}`;
  }
  const speed = model.speed?.value.tokensPerSecond;
  if (needs.tokensPerSecond === undefined || (speed ?? 0) >= needs.tokensPerSecond) return undefined;
  const asked = `${needs.tokensPerSecond} tokens/s are asked for`;
  return speed === undefined
    ? `its speed was not measured here, ${asked}`
    : `wrote ${speed.toFixed(1)} tokens/s, ${asked}`;
}

/** 0 for a model that nobody graded. */
function gradeOf(grade: ModelQuality | undefined): number {
  return grade === undefined ? 0 : MODEL_QUALITIES.indexOf(grade) + 1;
}

/**
 * Rejects a model that is known not to do what is needed. What is not known of a model stays in and ranks behind what
 * is known, except for images.
 */
export const capabilityFilter: RouteFilter = {
  id: 'capability',
  reject: (candidate, request) => {
    const text = missing(candidate, request);
    return text === undefined ? undefined : { filter: 'capability', text };
  },
};
