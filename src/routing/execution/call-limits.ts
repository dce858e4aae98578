import type { CallLimits } from '../../contracts/models/call-context.ts';
import type { Locality } from '../../contracts/models/model-info.ts';
import type { ProviderEntry } from '../../contracts/settings/settings.ts';
import type { ItemLimits } from '../../resilience/limit-items.ts';
import { throughputFloor } from '../../resilience/pace.ts';

/** Where the limits of one attempt come from, weakest first. */
interface LimitSources {
  readonly settings: CallLimits;
  readonly entry?: Pick<ProviderEntry, 'limits' | 'timeoutMs'>;
  readonly asked?: Partial<CallLimits>;
  /** The caller waits for the whole, whether or not the provider streams. */
  readonly isPlain: boolean;
}

/**
 * The limits of one attempt: those of the request, then of the provider, then of the settings. The time-out of the
 * provider file is the first-token limit of streams and the total of plain calls.
 */
export function callLimitsFor({ settings, entry, asked, isPlain }: LimitSources): CallLimits {
  const { timeoutMs, limits } = entry ?? {};
  if (timeoutMs === undefined && limits === undefined && asked === undefined) return settings;
  const named = isPlain ? { totalMs: timeoutMs } : { firstTokenMs: timeoutMs };
  return [named, limits, asked].reduce<CallLimits>((sum, each) => ({ ...sum, ...withoutUndefined(each) }), settings);
}

function withoutUndefined(limits: Partial<CallLimits> | undefined): Partial<CallLimits> {
  return Object.fromEntries(Object.entries(limits ?? {}).filter(([, value]) => value !== undefined));
}

/**
 * What the attempt loop itself holds a provider to, whatever the provider does. Providers keep the finer limits, since
 * only they see a connection or a loading model: a local server may load first, so its load limit is added.
 */
export function itemLimitsFor(limits: CallLimits, locality: Locality, isStreamed: boolean): ItemLimits {
  if (!isStreamed) return { totalMs: limits.totalMs };
  const loadMs = locality === 'local' ? limits.loadMs : 0;
  return {
    firstMs: Math.min(limits.totalMs, limits.firstTokenMs + loadMs),
    idleMs: limits.idleMs,
    totalMs: limits.totalMs,
    throughput: throughputFloor(limits.minTokensPerSecond, limits.throughputWindowMs),
  };
}
