import { cpus, networkInterfaces } from 'node:os';
import { MODES, type Mode } from '../../../test/faults/cells.ts';
import type { Contestant } from './contestants.ts';
import type { Case, CaseResult } from './run-lane.ts';
import { BAD_MARKS } from './verdict.ts';

/** One run of the bench. */
export interface PeersRun {
  readonly contestants: readonly Contestant[];
  /** In the order of the tables. */
  readonly cases: readonly Case[];
  readonly results: readonly CaseResult[];
  /** Addresses outside the loopback that a contestant tried to reach, by its title. */
  readonly left: ReadonlyMap<string, ReadonlySet<string>>;
  readonly limitMs: number;
  readonly seconds: number;
  readonly versions: readonly string[];
  readonly on: Date;
}

const FOLDER = '../../scripts/bench/peers';
const MODE_TITLES: Readonly<Record<Mode, string>> = {
  plain: 'Plain calls',
  stream: 'Streams',
  tools: 'Streams with a tool',
};

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** What a case became, in a few words. */
function cellText(result: CaseResult | undefined, limitMs: number): string {
  if (result === undefined) return 'not run';
  const { verdict, problem } = result;
  if (verdict === undefined) return `not run: ${problem?.split('\n')[0]?.slice(0, 60)}`;
  const isOver = verdict.marks.includes('HANGS');
  return isOver ? `HANGS (over ${limitMs / 1000} s)` : `${verdict.text}, ${Math.round(verdict.milliseconds)}`;
}

function modeTable({ contestants, cases, results, limitMs }: PeersRun, mode: Mode): string {
  const here = results.filter((result) => result.mode === mode);
  const running = contestants.filter(({ start }) => !('reason' in start));
  const cells = cases.filter((each) => each.mode === mode).map(({ cell }) => cell);
  const rows = cells.map((cell) => {
    const found = (contestant: Contestant) =>
      here.find((result) => result.cell === cell && result.contestant === contestant);
    return [cell.title, ...running.map((contestant) => cellText(found(contestant), limitMs))];
  });
  return `## ${MODE_TITLES[mode]}\n\n${tableOf(['cell', ...running.map(({ title }) => title)], rows)}`;
}

function countsOf({ results }: PeersRun, contestant: Contestant): readonly string[] {
  if ('reason' in contestant.start) {
    return [contestant.title, `not run: ${contestant.start.reason}`, '', '', '', ...BAD_MARKS.map(() => '')];
  }
  const verdicts = results.filter((result) => result.contestant === contestant).map(({ verdict }) => verdict);
  const texts = verdicts.map((verdict) => verdict?.text ?? '');
  const count = (test: (text: string) => boolean): string => String(texts.filter(test).length);
  const marks = BAD_MARKS.map((mark) => String(verdicts.filter((verdict) => verdict?.marks.includes(mark)).length));
  return [
    contestant.title,
    String(verdicts.filter(Boolean).length),
    count((text) => /^(primary|fallback)$/.test(text)),
    count((text) => /^error|, then error/.test(text)),
    count((text) => /^(ends|goes on)/.test(text)),
    ...marks,
  ];
}

function networkLine({ left }: PeersRun): string {
  const told = [...left].filter(([, addresses]) => addresses.size > 0);
  const tries = told.map(([title, addresses]) => `${title}: ${[...addresses].join(', ')}`);
  const isAlone = Object.values(networkInterfaces()).every((each) => each?.every(({ internal }) => internal));
  const place = isAlone ? 'The whole run was in a network namespace with nothing but the loopback. ' : '';
  const guard =
    'Every process of a contestant refuses connections and look-ups outside the loopback, and tells of each';
  return `${place}${guard}; tried in this run: ${tries.length === 0 ? 'none' : tries.join('; ')}.`;
}

function intro(run: PeersRun): string {
  const files = ['langchain', 'portkey', 'litellm', 'wooster']
    .map((peer) => `[${peer}](${FOLDER}/configurations/${peer}.json)`)
    .join(', ');
  return `# Peers on the cells of the fault matrix

${run.on.toISOString().slice(0, 10)}. Made by \`pnpm bench peers\`; do not edit.

- Versions: ${run.versions.join('; ')}. Pinned in [versions.json](${FOLDER}/versions.json) and [requirements-litellm.txt](${FOLDER}/requirements-litellm.txt).
- Configurations, \`defaults\` and \`best\` of each: ${files}. \`best\` has limits of one second and no retries where there is a setting for it; Wooster has the same limits there.
- Machine: ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), shared with other work: milliseconds are indicative. The run took ${Math.round(run.seconds)} s; \`defaults\` ran side by side and first, \`best\` one contestant after another.
- ${networkLine(run)}

Each case: two servers of the OpenAI wire (the fake servers of the tests), both well while the contestant gets ready; then the primary has the fault of the cell, and the fallback is well. One call is made and judged by what its caller saw, against what the two servers say. Routers and hosts are new in each case, so that none remembers the one before.`;
}

const READING = `Words of the tables, each with the milliseconds until the end:

- \`primary\`, \`fallback\`: the whole answer of that server. \`error\`: an error that the caller gets, with its class or code; \`after a part\` when a part of one answer had been shown.
- \`TRUNCATES\`: ends well with less than the whole answer. \`HANGS\`: nothing ended the call within the limit; waits between retries count too. \`REPEATS\`: words of two answers, or one word twice. \`INVENTS\`: a finish reason that the server did not send. \`CHANGES\`: a text that no server sent.
- \`ends\`, \`goes on to the end\`: what became of a call whose caller left.
- Tool arguments that do not parse count as an error, since every caller parses them (\`UnparsableArguments\`), and so does a call that the message itself marks as invalid (\`InvalidToolCall\`).

Where the request itself is refused (400, 413, content filtered), asking another model is a choice: Wooster tells the error. A conversation that is too long goes to a larger window only; both models here have the same.
The slow drip is below a floor that Wooster is told (\`minTokensPerSecond\`), also in \`defaults\`; no peer has such a setting. LangChain completes tool arguments that break off, which is why the cut is no error to its caller.`;

const REPRODUCE = `## How to reproduce

\`pnpm bench peers\` installs the pinned peers into \`bench-peers\` in the user's cache folder (npm and Python 3.11 are needed) and runs everything; \`--quick\` runs three cells with what is installed. A second run needs no network: \`unshare -rn sh -c 'ip link set lo up; exec pnpm bench peers'\`.
Left out are the cells without a fallback, those of Ollama's wire, the name that is not found (its look-up is injected into Wooster), the full disk and the stepping clock: they have no counterpart in the peers. In the cell "dies and comes back" the second call is judged.
The client in front of Portkey is the official OpenAI client with its own retries off. With the newest versions in its ranges the gateway answers every stream with 500 here, so the hono packages are those of its own lock file. LiteLLM \`Router\` runs in its process, without the proxy.`;

/** The report in Markdown. */
export function describePeers(run: PeersRun): string {
  const head = ['', 'cases', 'answered', 'error', 'caller left', ...BAD_MARKS.map((mark) => mark.toLowerCase())];
  const counts = tableOf(
    head,
    run.contestants.map((contestant) => countsOf(run, contestant)),
  );
  const modes = MODES.filter((mode) => run.results.some((result) => result.mode === mode));
  return [
    intro(run),
    READING,
    `## Who truncates, hangs, repeats\n\n${counts}`,
    ...modes.map((mode) => modeTable(run, mode)),
    REPRODUCE,
    '',
  ].join('\n\n');
}
