import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { Candidate, RouteFilter } from '../../contracts/routing/strategy.ts';

function reasonAgainstCloud(candidate: Candidate, request: RouteRequest): string | undefined {
  const rule = request.privacyRule === undefined ? '' : ` (${request.privacyRule})`;
  if (request.privacy === 'local-only') return `cloud: the call is local-only${rule}`;
  if (candidate.refusal !== undefined) return `cloud: refused by ${candidate.refusal.origin}`;
  if (candidate.permission === undefined) {
    return 'cloud: not allowed: set routing.cloud.allow: true, or enabled: true on this provider in config/llm_providers.yaml';
  }
  if (request.privacy === 'no-training' && candidate.noTraining === undefined) {
    const setting = `providers.${candidate.providerId}.noTraining`;
    return `cloud: nothing declares that the provider does not train on it${rule}; ${setting}: true does`;
  }
  return undefined;
}

/**
 * Keeps cloud models out of local-only calls, and out of every call that no explicit setting permits; a refusal wins
 * over every permission. The decision applies it always, whatever is contributed.
 */
export const privacyFilter: RouteFilter = {
  id: 'privacy',
  reject: (candidate, request) => {
    if (candidate.model.locality.value === 'local') return undefined;
    const text = reasonAgainstCloud(candidate, request);
    return text === undefined ? undefined : { filter: 'privacy', text };
  },
};
