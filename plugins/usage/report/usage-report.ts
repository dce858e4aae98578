import type { BudgetStatus, UsageQuery, UsageSummary } from 'wooster';
import { z } from 'zod';
import type { UsagePorts } from '../usage-ports.ts';
import { reckonSavings, savingsSchema } from './savings.ts';

/** What groups can be made by. */
export const GROUPINGS = ['day', 'model', 'project', 'task', 'provider'] as const;

/** What `usage` tells, as `--json` prints it. */
export const reportSchema = z.object({
  from: z.number().optional().describe('milliseconds since 1970; absent without a beginning'),
  to: z.number().optional(),
  project: z.string().optional(),
  provider: z.string().optional(),
  by: z.enum(GROUPINGS),
  total: z.custom<UsageSummary>(),
  groups: z.array(z.custom<UsageSummary>()),
  days: z.array(z.custom<UsageSummary>()),
  shares: z.object({ local: z.number(), cache: z.number(), failed: z.number() }).describe('of all calls, 0 to 1'),
  savings: savingsSchema.optional(),
  compareProblem: z.string().optional(),
  budgets: z.array(z.custom<BudgetStatus>()),
  isLedgerEmpty: z.boolean(),
});

/** What `usage` tells. */
export type UsageReport = z.output<typeof reportSchema>;

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
