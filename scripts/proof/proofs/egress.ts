import type { Proof } from '../proof.ts';

/** One run, as its test writes it. */
interface EgressLine {
  readonly build: string;
  readonly isTraced: boolean;
  readonly isHouseOnly: boolean;
  readonly run: {
    readonly calls: Readonly<Record<string, number>>;
    readonly ends: Readonly<Record<string, number>>;
    readonly unroutable: number;
    readonly elapsedMs: number;
  };
  readonly attempts: Readonly<Record<string, number>>;
}

const CALLS = 10_000;

/** What stands at each of the addresses that nobody has. */
const NAMES: Readonly<Record<string, string>> = {
  '192.0.2.1': 'what a plugin wants',
  '192.0.2.20': 'model hub',
  '192.0.2.30': 'proxy',
  '192.0.2.53': 'name server',
};

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function attemptsOf({ attempts, isTraced }: EgressLine): string {
  if (!isTraced) return 'not traced';
  const entries = Object.entries(attempts).map(([address, count]) => `${NAMES[address] ?? address} ${count}`);
  return entries.length === 0 ? 'none' : entries.join(', ');
}

function rowOf(line: EgressLine): string {
  const { build, isHouseOnly, run } = line;
  const name = isHouseOnly ? `${build}; no plugin that goes past everything` : build;
  return `| ${name} | ${sum(run.calls)} | ${attemptsOf(line)} | ${run.unroutable} | ${(run.elapsedMs / 1_000).toFixed(0)} |`;
}

function tally(title: string, counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts)
    .toSorted(([, left], [, right]) => right - left)
    .map(([name, count]) => `| ${name} | ${count} |`);
  return [`| ${title} | times |`, '| --- | ---: |', ...rows].join('\n');
}

function describeEgress(told: readonly unknown[], verdict: string): string {
  const lines = told as readonly EgressLine[];
  const intact = lines.find(({ build }) => build === 'intact');
  const head = '| build | calls | attempts beyond loopback in the trace | packets without a way out | s |';
  return `# Nothing leaves under local-only

${verdict}

A whole host runs with \`--local-only\` in a network namespace that has no interface but loopback. Clouds are permitted by
every other setting (\`routing.cloud.allow: true\`, \`enabled: true\` on two of them, \`fallbackToCloud\` for embeddings), keys of
OpenAI, Anthropic, Gemini, OpenRouter and LangSmith are set, tracing is asked for, \`HTTPS_PROXY\` and \`NODE_USE_ENV_PROXY\`
point to a proxy elsewhere, and the name server is elsewhere too. Calls go over the fault matrix, with and without a second
local server; folders are ingested, downloads are asked for, and a plugin tries by itself every way of Node, from threads
and children as well.

Two witnesses that know nothing of each other: strace writes down every \`connect\`, \`sendto\`, \`sendmsg\` and \`sendmmsg\` of
every process (an attempt is an address that is not loopback, and port 53 anywhere), and the kernel counts packets for which
it finds no way out.

${head}
| --- | ---: | --- | ---: | ---: |
${lines.map(rowOf).join('\n')}

A build is broken by taking layers away from a copy of the sources: \`routing\` (no cloud is a candidate, none is looked at),
\`permits\` (the client of a cloud sends nothing without one), \`downloads\` (nothing is fetched), \`process\` (the guard of
sockets, datagrams and name look-ups of the process, its threads and its children). Without any layer the proof must fail,
and a test says that it does.

## Calls of the intact build

${tally('kind', intact?.run.calls ?? {})}

${tally('end', intact?.run.ends ?? {})}

## What is not proved

Native code that opens sockets by itself, and programs that are no Node, are held by the environment they are given
(\`PIP_NO_INDEX\`, \`HF_HUB_OFFLINE\` and the like) and by not being started; the guard is not in them. The trace covers the
processes of these runs and no others.
`;
}

/** Nothing leaves this machine under local-only, and without its guards it would. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/egress.test.ts',
  file: 'egress.md',
  environment: { WOOSTER_PROOF_EGRESS_CALLS: String(CALLS) },
  limitMs: 7_200_000,
  describe: describeEgress,
};
