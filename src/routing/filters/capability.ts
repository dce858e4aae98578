import type { ModelCapability } from '../../contracts/models/model-info.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { Candidate, RouteFilter } from '../../contracts/routing/strategy.ts';

function canDo(candidate: Candidate, capability: ModelCapability): boolean | undefined {
  return candidate.model.capabilities[capability]?.value;
}

function missing(candidate: Candidate, request: RouteRequest): string | undefined {
  if (request.task === 'chat') {
    if (canDo(candidate, 'chat') === false) return 'cannot chat';
    if (canDo(candidate, 'chat') === undefined && canDo(candidate, 'embed') === true) return 'only makes embeddings';
  }
  if (request.task === 'embed' && canDo(candidate, 'embed') === false) return 'cannot make embeddings';
  if (request.needs.tools === true && canDo(candidate, 'tools') === false) return 'cannot call tools';
  if (request.needs.json === true && canDo(candidate, 'json') === false) return 'cannot keep to a JSON schema';
  // Servers are known to drop an image without a word, so here not knowing is not enough.
  if (request.needs.vision === true && canDo(candidate, 'vision') !== true) return 'is not known to see images';
  return undefined;
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
