import type { BreakerView } from '../../contracts/routing/breaker.ts';
import type { Candidate, RouteFilter } from '../../contracts/routing/strategy.ts';
import { describeDuration } from '../../kernel/wording/describe-duration.ts';

const TRY_NOW = '`wooster health --reset` tries it now';

function describeFault({ fault, trips }: BreakerView): string {
  if (fault === 'connection') return 'after it could not be reached';
  if (fault === 'time-out') return trips > 1 ? 'after passing a time limit again' : 'after passing a time limit';
  return trips > 1 ? 'after failing again' : 'after failures in a row';
}

/** One line: why a breaker keeps calls away, until when, and what to do. */
function describeBreaker(breaker: BreakerView, targetId: string): string {
  const { kind, cause, probeInMs } = breaker;
  const last = cause === undefined ? '' : ` (last: ${[cause.code, cause.message].filter(Boolean).join(' ')})`;
  if (kind === 'misconfigured') {
    const what = { E_PROVIDER_CREDIT: 'has no credit', E_DEPENDENCY: 'lacks a package' }[cause?.code ?? ''];
    return `${what ?? 'refused our key'}${last}: correct it, or \`wooster health --reset ${targetId}\``;
  }
  if (kind === 'half-open') return `is being probed ${describeFault(breaker)}${last}`;
  if (probeInMs === undefined || probeInMs <= 0) return `is about to be probed ${describeFault(breaker)}${last}`;
  return `rests ${describeDuration(probeInMs)} more ${describeFault(breaker)}${last}; ${TRY_NOW}`;
}

/** A look has already told the same: saying it twice helps nobody. */
function isToldByHealth({ health }: Candidate, { cause }: BreakerView): boolean {
  const isUnwell = health.state === 'down' || health.state === 'misconfigured';
  return isUnwell && cause !== undefined && health.report?.code === cause.code;
}

/**
 * Rejects a target that rests after failures or whose key was refused. It comes back by a look that passes, so that
 * nobody's call is the try; while that look runs, calls go elsewhere.
 */
export const breakerFilter: RouteFilter = {
  id: 'breaker',
  reject: (candidate) => {
    const { breaker, targetId } = candidate;
    if (breaker === undefined || isToldByHealth(candidate, breaker)) return undefined;
    return { filter: 'breaker', text: describeBreaker(breaker, targetId) };
  },
};
