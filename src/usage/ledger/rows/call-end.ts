import type { LedgerOutcome } from '../../../contracts/usage/ledger.ts';
import { toNanoUsd } from '../../budget/money.ts';
import type { CallEnd } from './call-rows.ts';
import type { HiddenText } from '../text-keeper.ts';

/** What the cost of a call depends on besides its outcome. */
interface PricedCall {
  readonly locality: string;
  readonly bound: number | undefined;
}

/** The end of a call without what is only known from its row. */
export interface KnownEnd extends Omit<CallEnd, 'cost' | 'costOrigin'> {
  readonly costUsd: number | undefined;
  readonly costOrigin: LedgerOutcome['costOrigin'];
}

const FREE: ReadonlySet<string> = new Set(['local', 'not-billed', 'cache']);

/** A whole number that SQLite takes, or none. */
function count(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? Math.round(value) : undefined;
}

/** An outcome as it is kept until it is written. */
export function knownEnd(outcome: LedgerOutcome, answer: HiddenText | undefined): KnownEnd {
  const { usage, costUsd } = outcome;
  return {
    outcome: outcome.outcome,
    errorCode: outcome.errorCode,
    inputTokens: count(usage?.inputTokens),
    outputTokens: count(usage?.outputTokens),
    cachedInputTokens: count(usage?.cachedInputTokens),
    cacheWriteTokens: count(usage?.cacheWriteTokens),
    isEstimated: usage?.isEstimated,
    isCounted: usage?.isCounted,
    costUsd: costUsd !== undefined && Number.isFinite(costUsd) ? costUsd : undefined,
    costOrigin: outcome.costOrigin,
    pricesAsOf: outcome.pricesAsOf,
    firstTokenMs: outcome.firstTokenMs,
    totalMs: outcome.totalMs,
    answer,
    isAbandoned: false,
  };
}

/**
 * The cost that is settled: nothing for a model of this machine; the figure; and where there is none although a bound
 * was reserved, the bound, since nobody can tell that less was charged.
 */
export function priceEnd(end: KnownEnd, { locality, bound }: PricedCall): CallEnd {
  const { costUsd, costOrigin } = end;
  if (locality === 'local') return { ...end, cost: 0, costOrigin };
  if (costUsd !== undefined) return { ...end, cost: toNanoUsd(costUsd), costOrigin };
  if (FREE.has(costOrigin)) return { ...end, cost: 0, costOrigin };
  return bound === undefined
    ? { ...end, cost: undefined, costOrigin: 'unknown' }
    : { ...end, cost: bound, costOrigin: 'bound' };
}
