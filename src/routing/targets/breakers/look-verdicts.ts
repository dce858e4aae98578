import type { HealthReport } from '../../../contracts/models/health.ts';
import type { BreakerEvent, BreakerState } from '../../../contracts/routing/breaker.ts';

/** Codes of faults that are believed to be mended only when a look proves the key; a missing package only has to be there. */
const OF_KEYS: ReadonlySet<string> = new Set(['E_PROVIDER_AUTH', 'E_PROVIDER_CREDIT']);

/** What a look that found the server up says to a breaker in this state. */
export function passedLook(report: HealthReport, state: BreakerState): BreakerEvent {
  const isThere = state.kind === 'misconfigured' && !OF_KEYS.has(state.code) && report.state !== 'misconfigured';
  return { kind: 'probe-passed', isKeyProven: isThere || report.isKeyProven === true };
}

/**
 * Whether a look that passes may end a rest before its time, because nobody else can answer: then a person rather waits
 * for a try within its limits than is refused one.
 */
export function canBeHastened(state: BreakerState): boolean {
  return state.kind === 'open';
}
