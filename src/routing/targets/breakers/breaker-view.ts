import type { BreakerCause, BreakerSettings, BreakerState, BreakerView } from '../../../contracts/routing/breaker.ts';
import { probeInMs } from '../../../resilience/breaker.ts';

/** What a view is made with. */
interface ViewContext {
  readonly now: number;
  readonly settings: BreakerSettings;
  readonly cause?: BreakerCause;
}

/** A breaker as filters see it; undefined when it is closed. */
export function viewOf(state: BreakerState, { now, settings, cause }: ViewContext): BreakerView | undefined {
  if (state.kind === 'closed') return undefined;
  const { kind, trips } = state;
  if (state.kind === 'misconfigured') return { kind, trips, fault: 'misconfigured', cause };
  return { kind, trips, fault: state.fault, cause, probeInMs: probeInMs(state, now, settings) };
}

const WEIGHT: Readonly<Record<BreakerView['kind'], number>> = { misconfigured: 2, open: 1, 'half-open': 0 };

/** The one that keeps calls away longer. */
export function worseOf(left: BreakerView | undefined, right: BreakerView | undefined): BreakerView | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  if (left.kind !== right.kind) return WEIGHT[left.kind] > WEIGHT[right.kind] ? left : right;
  return (left.probeInMs ?? 0) >= (right.probeInMs ?? 0) ? left : right;
}
