import type { WorkspaceDatabase } from '../../src/contracts/state/workspace-database.ts';
import type { BudgetCap } from '../../src/index.ts';
import { daysOf } from '../../src/usage/budget/calendar.ts';
import { toNanoLimit } from '../../src/usage/budget/money.ts';

/** Sums of the rows, reckoned by SQL of the test's own, in the shape of the totals. */
const FROM_ROWS = `WITH money AS (
    SELECT day, provider_id, project, conversation_id, COALESCE(cost, 0) AS spent,
      CASE WHEN outcome IS NULL THEN COALESCE(bound, 0) ELSE 0 END AS reserved
    FROM calls),
  kinds AS (
    SELECT 'all' AS kind, '' AS subject, day, spent, reserved FROM money
    UNION ALL SELECT 'provider', provider_id, day, spent, reserved FROM money
    UNION ALL SELECT 'project', project, day, spent, reserved FROM money WHERE project IS NOT NULL),
  sums AS (
    SELECT kind, subject, day, spent, reserved FROM kinds
    UNION ALL SELECT kind, subject, '', spent, reserved FROM kinds
    UNION ALL SELECT 'conversation', conversation_id, '', spent, reserved FROM money WHERE conversation_id IS NOT NULL)
  SELECT kind, subject, day, SUM(spent) AS spent, SUM(reserved) AS reserved FROM sums
  GROUP BY kind, subject, day HAVING SUM(spent) <> 0 OR SUM(reserved) <> 0 ORDER BY kind, subject, day`;
const TOTALS = `SELECT kind, subject, day, spent, reserved FROM totals
  WHERE spent <> 0 OR reserved <> 0 ORDER BY kind, subject, day`;

/** One sum, in billionths of a USD. */
interface Total {
  readonly kind: string;
  readonly subject: string;
  readonly day: string;
  readonly spent: number;
  readonly reserved: number;
}

/** What the rows add up to; one statement, so that it is of one moment. */
export function readRowSums(database: WorkspaceDatabase): readonly Total[] {
  return database.read((prepare) => prepare(FROM_ROWS).all() as Total[]) ?? [];
}

/** What the rows add up to and what the ledger says they do; read in one transaction. */
export function readSums(database: WorkspaceDatabase): {
  readonly rows: readonly Total[];
  readonly totals: readonly Total[];
} {
  return database.transact((prepare) => ({
    rows: prepare(FROM_ROWS).all() as Total[],
    totals: prepare(TOTALS).all() as Total[],
  }));
}

/** Every cap that is passed in any period for anybody, `cap subject day: spent + reserved > limit`; all figures from the rows. */
export function passedCaps(totals: readonly Total[], caps: readonly BudgetCap[]): readonly string[] {
  return caps.flatMap((cap) => {
    const own = totals.filter(({ kind, subject }) => kind === cap.kind && (cap.of === undefined || subject === cap.of));
    const days = cap.period === 'total' ? own.filter(({ day }) => day === '') : own.filter(({ day }) => day !== '');
    const sums = new Map<string, number>();
    for (const { subject, day, spent, reserved } of days) {
      const since = day === '' ? '' : daysOf(cap.period, new Date(`${day}T12:00`).getTime()).first;
      const key = `${subject} ${since}`;
      sums.set(key, (sums.get(key) ?? 0) + spent + reserved);
    }
    const limit = toNanoLimit(cap.limitUsd);
    return [...sums].filter(([, sum]) => sum > limit).map(([key, sum]) => `${cap.id} ${key}: ${sum} > ${limit}`);
  });
}
