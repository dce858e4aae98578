import type { CallLimits } from '../../contracts/models/call-context.ts';
import type { Locality } from '../../contracts/models/model-info.ts';
import type { ItemLimits } from '../../resilience/limit-items.ts';

/** The limits of one attempt; the time-out of the provider file is the first-token limit of streams and the total of the rest. */
export function callLimitsFor(limits: CallLimits, timeoutMs: number | undefined, isStreamed: boolean): CallLimits {
  if (timeoutMs === undefined) return limits;
  return isStreamed ? { ...limits, firstTokenMs: timeoutMs } : { ...limits, totalMs: timeoutMs };
}

/**
 * What the attempt loop itself holds a provider to. Providers keep the finer limits, since only they see a connection
 * or a loading model; this one holds whatever they do. A local server may load first, so its load limit is added.
 */
export function itemLimitsFor(limits: CallLimits, locality: Locality, isStreamed: boolean): ItemLimits {
  if (!isStreamed) return { totalMs: limits.totalMs };
  const loadMs = locality === 'local' ? limits.loadMs : 0;
  return {
    firstMs: Math.min(limits.totalMs, limits.firstTokenMs + loadMs),
    idleMs: Math.max(limits.idleMs, limits.firstTokenMs),
    totalMs: limits.totalMs,
  };
}
