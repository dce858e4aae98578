import { machine, table, versionOf } from '../../report-parts.ts';
import type { BenchResult } from '../bench-routing.ts';
import type { Contestant, LatencyRow } from '../job.ts';
import { goalsOf } from './goals.ts';

const TITLES: Readonly<Record<Contestant, string>> = {
  fetch: '`fetch`, the floor',
  axios: 'axios, connections kept',
  'chat-openai': 'ChatOpenAI, no retries',
  'with-fallbacks': '`withFallbacks`, no retries',
  'with-fallbacks-default': '`withFallbacks` as it comes',
  wooster: 'Wooster',
};

function goalTable(result: BenchResult): string {
  const rows = goalsOf(result).map(({ title, goal, measured, isMet }) => [
    title,
    goal,
    measured,
    isMet ? 'met' : '**not met**',
  ]);
  return table(['', 'goal', 'measured', ''], rows);
}

function latencyTable(rows: readonly LatencyRow[]): string {
  const plainOf = (contestant: Contestant): number =>
    rows.find((row) => row.contestant === contestant)?.plain.p50 ?? Number.NaN;
  const added = (ms: number, over: Contestant): string => {
    const more = ms - plainOf(over);
    return `${more < 0 ? '' : '+'}${more.toFixed(2)}`;
  };
  const lines = rows.map(({ contestant, plain, firstToken, whole }) => [
    TITLES[contestant],
    plain.p50.toFixed(2),
    plain.p95.toFixed(2),
    added(plain.p50, 'fetch'),
    added(plain.p50, 'chat-openai'),
    firstToken.p50.toFixed(2),
    whole.p50.toFixed(2),
  ]);
  const header = ['ms', 'plain p50', 'p95', 'over `fetch`', 'over ChatOpenAI', 'first token p50', 'whole stream p50'];
  return table(header, lines);
}

function latencySection({ latencies }: BenchResult): string {
  return latencies.map(({ tokens, rows }) => `Answers of ${tokens} tokens:\n\n${latencyTable(rows)}`).join('\n\n');
}

/** What one more token of a stream costs, where two lengths were measured. */
function tokenCosts({ latencies }: BenchResult): string {
  const [short, long] = latencies;
  if (short === undefined || long === undefined) return '';
  const costs = short.rows.map(({ contestant, whole }) => {
    const longer = long.rows.find((row) => row.contestant === contestant)?.whole.p50 ?? Number.NaN;
    const micros = ((longer - whole.p50) / (long.tokens - short.tokens)) * 1000;
    return `${TITLES[contestant]} ${micros.toFixed(1)} µs`;
  });
  return `Each further token of a stream, from the two lengths: ${costs.join('; ')}.`;
}

function failoverTable({ failover }: BenchResult): string {
  const rows = failover.rows.map(({ fault, mode, contestant, ms, seen }) => [
    fault,
    mode,
    TITLES[contestant],
    ms === undefined ? '' : ms.toFixed(1),
    fault === 'silent' && ms !== undefined ? (ms - failover.limitMs).toFixed(1) : '',
    seen,
  ]);
  return table(['the primary', 'call', '', 'ms', 'beyond the limit', 'what the caller saw'], rows);
}

function outageTable({ outages }: BenchResult): string {
  const rows = outages.map(({ outage, contestant, turns, doomed, unanswered, lostMs, turnsUntilBack }) => [
    outage,
    TITLES[contestant],
    String(turns),
    String(doomed),
    String(unanswered),
    lostMs.toFixed(0),
    String(turnsUntilBack),
  ]);
  const header = [
    'the primary',
    '',
    'turns',
    'doomed attempts',
    'unanswered',
    'time lost, ms',
    'turns until it is used again',
  ];
  return table(header, rows);
}

function recoveryTable({ recovery }: BenchResult): string {
  const rows = recovery.map(({ contestant, intervalMs, msUntilBack, failedTurns, doomed }) => [
    TITLES[contestant],
    String(intervalMs),
    msUntilBack.toFixed(0),
    String(failedTurns),
    String(doomed),
  ]);
  return table(['', 'probe interval, ms', 'ms until it answers again', 'failed turns', 'doomed attempts'], rows);
}

function policyTable({ policy }: BenchResult): string {
  const rows = policy.map(({ candidates, decideMicros, decideAndExecuteMicros, persistedMicros }) => [
    `${candidates} candidates`,
    decideMicros.toFixed(0),
    decideAndExecuteMicros.toFixed(0),
    persistedMicros.toFixed(0),
  ]);
  return table(['µs, p50', 'decide', 'decide and execute', 'the same, recorded in state.db'], rows);
}

function versions(): string {
  const packages = ['@langchain/core', '@langchain/openai', 'axios'].map(versionOf);
  return [`Node ${process.versions.node}`, `SQLite ${process.versions['sqlite'] ?? '?'}`, ...packages].join(', ');
}

/** The report in Markdown. */
export function describeBench(result: BenchResult, now: Date): string {
  const { rounds, calls, failoverRounds, capMs, recoveryRounds, downMs } = result.plan;
  const { limitMs } = result.failover;
  return `# Bench of the router

${now.toISOString().slice(0, 10)}. Made by \`pnpm bench routing\`; do not edit.

- Machine: ${machine()}; shared with other work while this ran, so compare lines, not milliseconds with another machine's.
- Versions: ${versions()}.
- Two servers of the OpenAI wire, in one process of their own, answer at once with bytes that were made before. The clients are in another process, one job at a time.
- Wooster is the routed chat model over two local servers: decision and attempts on disk in state.db, health and breakers as shipped.

## Goals

${goalTable(result)}

## A call

Contestants take turns call by call, ${calls} plain calls and as many streams each after a warm-up, in ${rounds} processes; medians of these.
An answer comes in one burst, so the time between first token and end is what the client itself takes.

${latencySection(result)}

${tokenCosts(result)}

## The first call that meets a fault

A client that has just been answered well meets a failing primary, with a healthy fallback behind it: until the answer of a plain call, until the first token of a stream.
Median of ${failoverRounds}. The limit of a silent primary is ${limitMs} ms for Wooster and for \`withFallbacks\` without retries; as it comes it has none, and it is given ${capMs / 1000} s.

${failoverTable(result)}

## An outage

One question a minute while the primary is gone, by a clock that is moved on between the questions. An attempt is doomed when a person's turn waits for the primary and it fails.
The time lost is what the turns with such an attempt took longer than the others. Silent means ${limitMs} ms until the limit.

${outageTable(result)}

## The return

The primary refuses connections for ${downMs / 1000} s and comes back while one turn follows the other within 10 ms. Median of ${recoveryRounds}, the worst of the counts.

${recoveryTable(result)}

## Policy without I/O

Providers in memory that answer at once with one item: filters, score, chain, accounts of the attempt, limits, breaker. Nothing is classified.

${policyTable(result)}
`;
}
