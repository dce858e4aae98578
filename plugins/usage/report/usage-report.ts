import type { UsageQuery, UsageSummary } from 'wooster';
import type { UsagePorts } from '../usage-ports.ts';
import type { UsageReport } from '../usage-schema.ts';
import { reckonSavings } from './savings.ts';

/** What is asked for. */
interface ReportQuestion {
  readonly query: UsageQuery;
  readonly by: UsageReport['by'];
  readonly compare?: string;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Dearest first, then what was called most; days in their order. */
function inOrder(groups: readonly UsageSummary[], by: UsageReport['by']): UsageSummary[] {
  if (by === 'day') return groups.toSorted((left, right) => left.key.localeCompare(right.key));
  return groups.toSorted((left, right) => right.spentUsd - left.spentUsd || right.calls - left.calls);
}

/** Reads the ledger and the budgets. Throws what the database of the accounts throws. */
export function makeReport(ports: UsagePorts, { query, by, compare }: ReportQuestion): UsageReport {
  const ledger = ports.ledger();
  const total = ledger.summarize(query)[0]!;
  const days = inOrder(ledger.summarize(query, 'day'), 'day');
  const { savings, problem } = reckonSavings(ports, total, compare);
  return {
    from: query.from,
    to: query.to,
    project: query.project,
    provider: query.providerId,
    by,
    total,
    groups: by === 'day' ? days : inOrder(ledger.summarize(query, by), by),
    days,
    shares: {
      local: share(total.localCalls, total.calls),
      cache: share(total.cachedCalls, total.calls),
      failed: share(total.failed, total.calls),
    },
    savings,
    compareProblem: problem,
    budgets: [...ports.budget().status()],
    isLedgerEmpty: total.calls === 0 && ledger.query({ limit: 1 }).length === 0,
  };
}
