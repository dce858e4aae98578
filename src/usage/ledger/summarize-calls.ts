import type { Prepare, SqlValue } from '../../contracts/state/workspace-database.ts';
import type { UsageQuery, UsageSummary } from '../../contracts/usage/usage-summary.ts';
import { fromNanoUsd } from '../budget/money.ts';
import { conditionsOf } from './read-calls.ts';

const KEYS: Readonly<Record<UsageSummary['by'], string>> = {
  all: "''",
  day: 'day',
  model: 'ref',
  project: "COALESCE(project, '')",
  task: 'task',
  provider: 'provider_id',
};

/** Answered by a model, not by the cache. */
const FRESH = "outcome = 'answered' AND cost_origin <> 'cache'";

const SUMS = `COUNT(*) AS calls,
  COUNT(*) FILTER (WHERE outcome = 'answered') AS answered,
  COUNT(*) FILTER (WHERE outcome IN ('failed', 'interrupted')) AS failed,
  COUNT(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
  COUNT(*) FILTER (WHERE outcome IS NULL) AS open,
  COUNT(*) FILTER (WHERE locality = 'local') AS localCalls,
  COUNT(*) FILTER (WHERE cost_origin = 'cache') AS cachedCalls,
  COALESCE(SUM(input_tokens), 0) AS inputTokens,
  COALESCE(SUM(output_tokens), 0) AS outputTokens,
  COALESCE(SUM(input_tokens) FILTER (WHERE locality = 'local'), 0) AS localInputTokens,
  COALESCE(SUM(output_tokens) FILTER (WHERE locality = 'local'), 0) AS localOutputTokens,
  COUNT(*) FILTER (WHERE is_estimated = 1) AS estimatedCalls,
  COALESCE(SUM(cost), 0) AS spent,
  COALESCE(SUM(bound) FILTER (WHERE outcome IS NULL), 0) AS reserved,
  COUNT(*) FILTER (WHERE cost_origin = 'unknown') AS unknownCostCalls,
  SUM(output_tokens) FILTER (WHERE ${FRESH} AND total_ms > first_token_ms) AS streamedTokens,
  SUM(total_ms - first_token_ms) FILTER (WHERE ${FRESH} AND total_ms > first_token_ms AND output_tokens IS NOT NULL) AS streamedMs`;

type Sums = Omit<UsageSummary, 'by' | 'spentUsd' | 'reservedUsd'> & {
  readonly spent: number;
  readonly reserved: number;
  readonly streamedTokens: number | null;
  readonly streamedMs: number | null;
};

/** Exact quantiles of a column: the mean of the two in the middle, and the least that 95 % do not exceed. */
interface Quantiles {
  readonly key: string;
  readonly median: number;
  readonly p95: number;
}

interface Selection {
  readonly key: string;
  readonly where: string;
  readonly values: readonly SqlValue[];
}

function readQuantiles(prepare: Prepare, column: string, selection: Selection): ReadonlyMap<string, Quantiles> {
  const { key, where, values } = selection;
  const rows = prepare(`
    WITH ranked AS (
      SELECT ${key} AS key, ${column} AS value,
        ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY ${column}) AS place,
        COUNT(*) OVER (PARTITION BY ${key}) AS size
      FROM calls ${where === '' ? 'WHERE' : `${where} AND`} ${FRESH} AND ${column} IS NOT NULL)
    SELECT key, AVG(value) FILTER (WHERE place IN ((size + 1) / 2, (size + 2) / 2)) AS median,
      MAX(value) FILTER (WHERE place = (size * 95 + 99) / 100) AS p95
    FROM ranked GROUP BY key`).all(...values) as Quantiles[];
  return new Map(rows.map((row) => [row.key, row]));
}

function toSummary(by: UsageSummary['by'], sums: Sums, times: { total?: Quantiles; first?: Quantiles }): UsageSummary {
  const { spent, reserved, streamedTokens, streamedMs, ...counts } = sums;
  const { total, first } = times;
  const isStreamed = streamedTokens !== null && streamedMs !== null && streamedMs > 0;
  return {
    by,
    ...counts,
    spentUsd: fromNanoUsd(spent),
    reservedUsd: fromNanoUsd(reserved),
    ...(total !== undefined && { medianMs: total.median, p95Ms: total.p95 }),
    ...(first !== undefined && { medianFirstTokenMs: first.median }),
    ...(isStreamed && { tokensPerSecond: (streamedTokens / streamedMs) * 1_000 }),
  };
}

/** Sums in the order of their keys; always one for `all`. */
export function summarizeCalls(prepare: Prepare, query: UsageQuery, by: UsageSummary['by']): readonly UsageSummary[] {
  const key = KEYS[by];
  const selection = { key, ...conditionsOf(query) };
  const grouping = by === 'all' ? '' : `GROUP BY ${key} ORDER BY ${key}`;
  const sums = prepare(`SELECT ${key} AS key, ${SUMS} FROM calls ${selection.where} ${grouping}`).all(
    ...selection.values,
  ) as Sums[];
  const totals = readQuantiles(prepare, 'total_ms', selection);
  const firsts = readQuantiles(prepare, 'first_token_ms', selection);
  return sums.map((row) => toSummary(by, row, { total: totals.get(row.key), first: firsts.get(row.key) }));
}

/** The summary of no calls at all. */
export const NO_CALLS: UsageSummary = {
  by: 'all',
  key: '',
  calls: 0,
  answered: 0,
  failed: 0,
  cancelled: 0,
  open: 0,
  localCalls: 0,
  cachedCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  localInputTokens: 0,
  localOutputTokens: 0,
  estimatedCalls: 0,
  spentUsd: 0,
  reservedUsd: 0,
  unknownCostCalls: 0,
};
