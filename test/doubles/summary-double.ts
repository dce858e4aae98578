import type { LedgerRow, UsageSummary } from '../../src/index.ts';

function sum(rows: readonly LedgerRow[], of: (row: LedgerRow) => number | undefined): number {
  return rows.reduce((total, row) => total + (of(row) ?? 0), 0);
}

/** Money without the noise of adding binary fractions. */
function sumUsd(rows: readonly LedgerRow[], of: (row: LedgerRow) => number | undefined): number {
  return Math.round(sum(rows, of) * 1e9) / 1e9;
}

function ascending(values: readonly (number | undefined)[]): readonly number[] {
  return values.filter((value) => value !== undefined).toSorted((one, other) => one - other);
}

function median(values: readonly number[]): number {
  const middle = values.length / 2;
  return Number.isInteger(middle) ? (values[middle - 1]! + values[middle]!) / 2 : values[Math.floor(middle)]!;
}

/** The key of a row in sums of a kind. */
export function keyOf(row: LedgerRow, by: UsageSummary['by']): string {
  if (by === 'day') {
    const at = new Date(row.startedAt);
    return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  }
  if (by === 'model') return row.ref;
  if (by === 'provider') return row.ref.slice(0, row.ref.indexOf(':'));
  return by === 'task' ? row.task : (row.project ?? '');
}

function timesOf(rows: readonly LedgerRow[]): Partial<UsageSummary> {
  const fresh = rows.filter(({ outcome, costOrigin }) => outcome === 'answered' && costOrigin !== 'cache');
  const totals = ascending(fresh.map(({ totalMs }) => totalMs));
  const firsts = ascending(fresh.map(({ firstTokenMs }) => firstTokenMs));
  const streamed = fresh.filter(
    ({ firstTokenMs, totalMs, usage }) => usage !== undefined && (totalMs ?? 0) > (firstTokenMs ?? Infinity),
  );
  const streamedMs = sum(streamed, ({ firstTokenMs = 0, totalMs = 0 }) => totalMs - firstTokenMs);
  return {
    ...(totals.length > 0 && { medianMs: median(totals), p95Ms: totals[Math.ceil(totals.length * 0.95) - 1]! }),
    ...(firsts.length > 0 && { medianFirstTokenMs: median(firsts) }),
    ...(streamedMs > 0 && { tokensPerSecond: (sum(streamed, (row) => row.usage?.outputTokens) / streamedMs) * 1_000 }),
  };
}

/** Sums over rows, reckoned one by one. */
export function summaryOf(rows: readonly LedgerRow[]): Omit<UsageSummary, 'by' | 'key'> {
  const count = (is: (row: LedgerRow) => boolean): number => rows.filter(is).length;
  const local = rows.filter(({ locality }) => locality === 'local');
  return {
    calls: rows.length,
    answered: count(({ outcome }) => outcome === 'answered'),
    failed: count(({ outcome }) => outcome === 'failed' || outcome === 'interrupted'),
    cancelled: count(({ outcome }) => outcome === 'cancelled'),
    open: count(({ outcome }) => outcome === undefined),
    localCalls: local.length,
    cachedCalls: count(({ costOrigin }) => costOrigin === 'cache'),
    inputTokens: sum(rows, ({ usage }) => usage?.inputTokens),
    outputTokens: sum(rows, ({ usage }) => usage?.outputTokens),
    localInputTokens: sum(local, ({ usage }) => usage?.inputTokens),
    localOutputTokens: sum(local, ({ usage }) => usage?.outputTokens),
    estimatedCalls: count(({ usage }) => usage?.isEstimated === true),
    spentUsd: sumUsd(rows, ({ costUsd }) => costUsd),
    reservedUsd: sumUsd(
      rows.filter(({ outcome }) => outcome === undefined),
      ({ costUpperBoundUsd }) => costUpperBoundUsd,
    ),
    unknownCostCalls: count(({ costOrigin }) => costOrigin === 'unknown'),
    ...timesOf(rows),
  };
}
