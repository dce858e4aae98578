import type { BenchResult } from '../bench-routing.ts';
import type { Contestant, FailoverRow } from '../job.ts';

/** A goal, what was measured for it, and whether it is met. */
export interface Goal {
  readonly title: string;
  readonly goal: string;
  readonly measured: string;
  readonly isMet: boolean;
}

const ADDED_MS = 0.5;
const POLICY_MICROS = 50;
const BEYOND_LIMIT_MS = 20;

function p50Of({ latencies }: BenchResult, contestant: Contestant): number {
  return latencies[0]?.rows.find((row) => row.contestant === contestant)?.plain.p50 ?? Number.NaN;
}

function addedGoal(result: BenchResult, over: Contestant, name: string): Goal {
  const added = p50Of(result, 'wooster') - p50Of(result, over);
  return {
    title: `added to a plain call over ${name}, decision on disk`,
    goal: `p50 <= ${ADDED_MS} ms`,
    measured: `${added.toFixed(2)} ms`,
    isMet: added <= ADDED_MS,
  };
}

function ourFailover({ failover }: BenchResult, fault: string): FailoverRow[] {
  return failover.rows.filter((row) => row.contestant === 'wooster' && row.fault === fault);
}

function failoverGoal(result: BenchResult, fault: string, limitMs: number): Goal {
  const rows = ourFailover(result, fault);
  const slowest = Math.max(...rows.map(({ ms }) => ms ?? Infinity));
  return {
    title: `first call: ${fault}`,
    goal: `<= ${limitMs} ms`,
    measured: rows.map(({ mode, ms }) => `${mode} ${ms?.toFixed(1) ?? 'never'} ms`).join(', '),
    isMet: slowest <= limitMs && rows.every(({ seen }) => seen === 'answered by the fallback'),
  };
}

function policyGoals({ policy }: BenchResult): Goal[] {
  return policy.map(({ candidates, decideMicros, decideAndExecuteMicros }) => ({
    title: `decide and execute without I/O, ${candidates} candidates`,
    goal: `p50 <= ${POLICY_MICROS} µs`,
    measured: `${decideAndExecuteMicros.toFixed(0)} µs (deciding alone ${decideMicros.toFixed(0)} µs)`,
    isMet: decideAndExecuteMicros <= POLICY_MICROS,
  }));
}

function outageGoal({ outages }: BenchResult): Goal {
  const row = outages.find(({ contestant, outage }) => contestant === 'wooster' && outage === 'refused');
  return {
    title: `${row?.turns ?? 0} turns while the primary refuses connections`,
    goal: 'at most 1 doomed attempt, every turn answered',
    measured: `${row?.doomed ?? '?'} doomed, ${row?.unanswered ?? '?'} unanswered`,
    isMet: row !== undefined && row.doomed <= 1 && row.unanswered === 0,
  };
}

function recoveryGoal({ recovery }: BenchResult): Goal {
  const [row] = recovery;
  return {
    title: 'the primary returns',
    goal: `answers within one probe interval (${row?.intervalMs ?? '?'} ms here), no failed turn`,
    measured: `${row?.msUntilBack.toFixed(0) ?? '?'} ms, ${row?.failedTurns ?? '?'} failed turns`,
    isMet: row !== undefined && row.msUntilBack <= row.intervalMs && row.failedTurns === 0,
  };
}

/** Every goal of the router with its figure. */
export function goalsOf(result: BenchResult): readonly Goal[] {
  const { limitMs } = result.failover;
  return [
    addedGoal(result, 'fetch', '`fetch`'),
    addedGoal(result, 'chat-openai', 'ChatOpenAI'),
    ...policyGoals(result),
    failoverGoal(result, 'refused', 5),
    failoverGoal(result, '500', 10),
    failoverGoal(result, '429, Retry-After 30', 10),
    failoverGoal(result, 'silent', limitMs + BEYOND_LIMIT_MS),
    outageGoal(result),
    recoveryGoal(result),
  ];
}
