import type { Proof } from '../proof.ts';

/** One round of kills, as its test writes it. */
interface KillLine {
  readonly seed: number;
  readonly number: number;
  readonly moments: readonly { readonly statement?: number; readonly afterMs?: number }[];
  /** Calls that were left open and have been settled. */
  readonly settled: number;
  readonly rows: number;
  readonly refused: number;
  readonly spentUsd: number;
}

/** The streams of one process that is killed in the middle, as their test writes them. */
interface StreamsLine {
  readonly streams: number;
  readonly answered: number;
  readonly interrupted: number;
  readonly refused: number;
  readonly spentUsd: number;
  readonly capUsd: number;
}

function describeMoment({ statement, afterMs = 0 }: KillLine['moments'][number]): string {
  return statement === undefined ? `after ${afterMs.toFixed(1)} ms` : `before statement ${statement}`;
}

function killRow({ number, moments, settled, rows, refused, spentUsd }: KillLine): string {
  const when = moments.map(describeMoment).join(', ');
  return `| ${number} | ${when} | ${settled} | ${rows} | ${refused} | ${spentUsd.toFixed(6)} |`;
}

function describeStreams(line: StreamsLine | undefined): string {
  if (line === undefined) return '';
  return `## Streams

${line.streams} streamed calls at once through the router and OpenAI's client, in a process that is killed while they run, under a cap of ${line.capUsd.toFixed(2)} USD: ${line.answered} had been
answered, ${line.interrupted} were under way and are settled at their bounds, ${line.refused} had been refused. ${line.spentUsd.toFixed(6)} USD are spent, and nothing is reserved.
`;
}

function describeLedger(told: readonly unknown[], verdict: string): string {
  const kills = told.filter((line): line is KillLine => (line as Partial<KillLine>).moments !== undefined);
  const streams = told.find((line): line is StreamsLine => (line as Partial<StreamsLine>).streams !== undefined);
  return `# A ledger whose writers are killed

${verdict}

Seed ${kills[0]?.seed ?? '?'}; \`WOOSTER_SEED=${kills[0]?.seed ?? '?'} pnpm proof ledger\` chooses the same moments. One ledger; each round starts a process that begins and ends paid and local calls as
fast as it can, eight of them open at once, against caps on everything, on a provider and on a project, and kills it by SIGKILL: every other time before its n-th statement
that writes, else some milliseconds after its first call. Every third round has two such processes. Each process writes a journal, through to the file, before and after each step.
After each round the ledger is opened anew, what was left open is settled, and every row of all rounds is compared with the journals: what was ended has its exact cost, what
was begun stands at its bound as interrupted, what was refused has no row, and only the one step between two lines of a journal may be done or not. The sums that the caps are held against are
those of the rows, nothing is reserved, and no cap is passed.

| round | killed | settled | rows | refused | spent, USD |
| ---: | --- | ---: | ---: | ---: | ---: |
${kills.map(killRow).join('\n')}

${describeStreams(streams)}`;
}

/** The ledger and its budgets survive kill -9 at any moment. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/ledger-(crash|streams)',
  file: 'ledger.md',
  environment: { WOOSTER_LEDGER_KILLS: '50' },
  describe: describeLedger,
};
