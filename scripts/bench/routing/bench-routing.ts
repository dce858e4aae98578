import { median } from '../quantiles.ts';
import type { FailoverRow, LatencyRow, Outage, OutageRow, PolicyRow, RecoveryRow, Spread } from './job.ts';
import { runJob } from './run-job.ts';
import { startServers } from './server/start-servers.ts';

/** Sizes of the bench. */
export interface BenchPlan {
  /** Processes of each job whose figures are medians; they take turns. */
  readonly rounds: number;
  /** Plain calls, and as many streams, of each contestant in a round. */
  readonly calls: number;
  /** Tokens of the answers. */
  readonly lengths: readonly number[];
  readonly failoverRounds: number;
  /** When LangChain's own retries are no longer waited for. */
  readonly capMs: number;
  readonly turns: number;
  /** How many kinds of outage. */
  readonly outages: number;
  readonly recoveryRounds: number;
  /** How long the primary is gone before it returns. */
  readonly downMs: number;
  readonly candidates: readonly number[];
  readonly policyCalls: number;
}

/** All that was measured. */
export interface BenchResult {
  readonly plan: BenchPlan;
  readonly latencies: readonly { readonly tokens: number; readonly rows: readonly LatencyRow[] }[];
  readonly failover: { readonly limitMs: number; readonly rows: readonly FailoverRow[] };
  readonly outages: readonly OutageRow[];
  readonly recovery: readonly RecoveryRow[];
  readonly policy: readonly PolicyRow[];
}

/** The first is the one with a goal; of the others a look at the server tells the truth in every second one. */
const OUTAGES: readonly Outage[] = [
  { title: 'refused', behavior: { kind: 'refuse' } },
  { title: '500 from every route', behavior: { kind: 'status', status: 500, reach: 'all' } },
  { title: '500 from the chat only', behavior: { kind: 'status', status: 500, reach: 'chat' } },
  { title: 'silent on every route', behavior: { kind: 'hang', reach: 'all' }, areLooksSlow: true },
  { title: 'silent on the chat only', behavior: { kind: 'hang', reach: 'chat' } },
];

function medianSpread(spreads: readonly Spread[]): Spread {
  return { p50: median(spreads.map(({ p50 }) => p50)), p95: median(spreads.map(({ p95 }) => p95)) };
}

function joinLatencies(rounds: readonly (readonly LatencyRow[])[]): LatencyRow[] {
  return (rounds[0] ?? []).map(({ contestant }) => {
    const rows = rounds.flatMap((round) => round.filter((row) => row.contestant === contestant));
    return {
      contestant,
      plain: medianSpread(rows.map(({ plain }) => plain)),
      firstToken: medianSpread(rows.map(({ firstToken }) => firstToken)),
      whole: medianSpread(rows.map(({ whole }) => whole)),
    };
  });
}

function joinPolicies(rounds: readonly (readonly PolicyRow[])[]): PolicyRow[] {
  return (rounds[0] ?? []).map(({ candidates }) => {
    const rows = rounds.flatMap((round) => round.filter((row) => row.candidates === candidates));
    return {
      candidates,
      decideMicros: median(rows.map(({ decideMicros }) => decideMicros)),
      decideAndExecuteMicros: median(rows.map(({ decideAndExecuteMicros }) => decideAndExecuteMicros)),
      persistedMicros: median(rows.map(({ persistedMicros }) => persistedMicros)),
    };
  });
}

/** Runs every job of the plan, one process at a time, against servers in a process of their own. */
export async function benchRouting(plan: BenchPlan, tell: (line: string) => void): Promise<BenchResult> {
  await using servers = await startServers();
  const { addresses } = servers;
  const latencyRounds: { tokens: number; rows: readonly LatencyRow[] }[] = [];
  const policyRounds: (readonly PolicyRow[])[] = [];
  for (let round = 1; round <= plan.rounds; round += 1) {
    tell(`round ${round} of ${plan.rounds}: calls and policy`);
    for (const tokens of plan.lengths) {
      latencyRounds.push(await runJob<'latency'>({ kind: 'latency', addresses, tokens, calls: plan.calls }));
    }
    const { candidates, policyCalls: calls } = plan;
    policyRounds.push((await runJob<'policy'>({ kind: 'policy', candidates, calls })).rows);
  }
  tell('failover');
  const { failoverRounds: rounds, capMs, recoveryRounds, downMs } = plan;
  const failover = await runJob<'failover'>({ kind: 'failover', addresses, rounds, capMs });
  tell('outages');
  const outages = OUTAGES.slice(0, plan.outages);
  const outage = await runJob<'outage'>({ kind: 'outage', addresses, turns: plan.turns, outages });
  tell('recovery');
  const recovery = await runJob<'recovery'>({ kind: 'recovery', addresses, rounds: recoveryRounds, downMs });
  const latencies = plan.lengths.map((tokens) => ({
    tokens,
    rows: joinLatencies(latencyRounds.filter((round) => round.tokens === tokens).map(({ rows }) => rows)),
  }));
  return {
    plan,
    latencies,
    failover,
    outages: outage.rows,
    recovery: recovery.rows,
    policy: joinPolicies(policyRounds),
  };
}
