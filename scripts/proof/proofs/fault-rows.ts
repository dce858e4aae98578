/** What came of one cell, and what was expected of it. */
interface FaultOutcome {
  readonly verdict: string;
  readonly code?: string;
  readonly attempts: readonly string[];
  readonly primary: number;
  readonly fallback: number;
  readonly breaker: string;
}

/** One line that the matrix writes. */
interface FaultRow {
  readonly client: string;
  readonly cell: string;
  readonly title: string;
  readonly mode: string;
  readonly seen: FaultOutcome;
  readonly expected: FaultOutcome & { readonly withinMs: number };
  readonly elapsedMs: number;
  readonly slackMs: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
  readonly note?: string;
}

/** One line of a turn of the agent. */
interface TurnLine {
  readonly kind: 'turn';
  readonly title: string;
  readonly turn: string;
  readonly seen: TurnOutcome;
  readonly expected: TurnOutcome;
  readonly elapsedMs: number;
}

interface TurnOutcome {
  readonly read: string;
  readonly resumed: readonly string[];
  readonly end: string;
  readonly ran: readonly string[];
  readonly primary: number;
  readonly fallback: number;
}

const CLIENTS: Readonly<Record<string, string>> = {
  llamacpp: 'llama.cpp (our client, events)',
  ollama: 'Ollama (our client, lines)',
  openai: 'OpenAI (`@langchain/openai` behind our provider)',
};

/** `whole of the fallback` in words for a reader, with the code that a caller gets. */
function inWords({ verdict, code }: FaultOutcome): string {
  const words: Readonly<Record<string, string>> = {
    'whole of the fallback': 'answered by the fallback',
    'whole of the primary': 'answered by the primary',
    failed: `error, nothing shown: ${code}`,
    interrupted: `visible interruption: ${code}`,
  };
  return words[verdict] ?? `**${verdict}**`;
}

function attemptsOf({ attempts }: FaultOutcome): string {
  return attempts.length === 0 ? 'none' : attempts.join(', ');
}

function isAsExpected({ seen, expected, elapsedMs, slackMs, faults }: FaultRow): boolean {
  const { withinMs, ...wanted } = expected;
  const isSame = inWords(seen) === inWords(wanted) && attemptsOf(seen) === attemptsOf(wanted);
  const areCountsSame =
    seen.primary === wanted.primary && seen.fallback === wanted.fallback && seen.breaker === wanted.breaker;
  return isSame && areCountsSame && faults.length === 0 && elapsedMs <= withinMs + slackMs;
}

function mark(value: string, isRight: boolean): string {
  return isRight ? value : `**${value}**`;
}

function tableRow(row: FaultRow): string {
  const { title, mode, seen, expected, elapsedMs, faults, note } = row;
  const outcome = inWords(seen) === inWords(expected) ? 'the same' : `**${inWords(seen)}**`;
  const attempts = mark(attemptsOf(seen), attemptsOf(seen) === attemptsOf(expected));
  const isInTime = elapsedMs <= expected.withinMs + row.slackMs;
  const time = mark(`${Math.round(elapsedMs)} (${expected.withinMs})`, isInTime);
  const areRequestsRight = seen.primary === expected.primary && seen.fallback === expected.fallback;
  const remarks = [...faults.map((fault) => `**${fault}**`), ...(note === undefined ? [] : [note])].join('; ');
  const cells = [
    title,
    mode,
    inWords(expected),
    outcome,
    time,
    mark(`${seen.primary} / ${seen.fallback}`, areRequestsRight),
    attempts,
    mark(seen.breaker, seen.breaker === expected.breaker),
    remarks,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function clientTable(client: string, rows: readonly FaultRow[]): string {
  return `## ${CLIENTS[client] ?? client}

| fault | mode | expected | seen | ms (limit) | requests to primary / fallback | attempts | breaker of the primary | |
| --- | --- | --- | --- | ---: | ---: | --- | --- | --- |
${rows.map((row) => tableRow(row)).join('\n')}`;
}

function turnRow({ title, turn, seen, expected, elapsedMs }: TurnLine): string {
  const isSame = JSON.stringify(seen) === JSON.stringify(expected);
  const end = [...seen.resumed, seen.end].join(', ');
  const ran = seen.ran.length === 0 ? '' : `${seen.ran.length} time: ${seen.ran.join(', ')}`;
  const cells = [title, turn, isSame ? 'as expected' : '**not as expected**', end, `\`${seen.read}\``, ran];
  const row = [...cells, `${seen.primary} / ${seen.fallback}`, Math.round(elapsedMs)].join(' | ');
  return `| ${row} |`;
}

function turnTable(turns: readonly TurnLine[]): string {
  return `## A turn of the agent whose model breaks off (llama.cpp)

What a person reads: a text that breaks off is told, asked anew or carried on, as \`failover.interruptedText\` says; the call of a tool is always asked anew, and
the tool runs once.

| fault | turn | | how it went on | what is read | tool ran | requests to primary / fallback | ms |
| --- | --- | --- | --- | --- | --- | ---: | ---: |
${turns.map((line) => turnRow(line)).join('\n')}`;
}

function totals(rows: readonly FaultRow[]): string {
  const count = (verdicts: readonly string[]): number =>
    rows.filter(({ seen }) => verdicts.includes(seen.verdict)).length;
  const over = rows.map(({ elapsedMs, expected }) => elapsedMs - expected.withinMs).toSorted((one, two) => one - two);
  const at = (share: number): string => Math.max(0, over[Math.floor((over.length - 1) * share)] ?? 0).toFixed(0);
  const stray = rows.flatMap(({ faults }) => faults).filter((fault) => /unhandled|uncaught/.test(fault)).length;
  const wrong = rows.flatMap(({ faults }) => faults).length - stray;
  return `| of ${rows.length} rows | |
| --- | ---: |
| as expected | ${rows.filter(isAsExpected).length} |
| silent truncations | ${count(['truncated', 'empty'])} |
| repeated or mixed tokens | ${count(['repeated', 'changed'])} |
| hangs | ${count(['hang'])} |
| wrong or missing records, open sockets | ${wrong} |
| unhandled rejections | ${stray} |
| ended beyond its limit: median, 99 of 100, most | ${at(0.5)}, ${at(0.99)}, ${at(1)} ms |`;
}

function isTurn(line: unknown): line is TurnLine {
  return (line as Partial<TurnLine>).kind === 'turn';
}

/** The report of the fault matrix. */
export function describeFaults(told: readonly unknown[], verdict: string): string {
  const turns = told.filter(isTurn);
  const rows = told.filter((line) => !isTurn(line)) as readonly FaultRow[];
  const [first] = rows;
  const clients = [...new Set(rows.map(({ client }) => client))];
  const limits = Object.entries(first?.limits ?? {}).map(([name, value]) => `${name} ${value}`);
  return `# Every way a server fails

${verdict}

${totals(rows)}

Two servers can answer: the primary, which is asked first and has the fault, and the fallback, which is well. Both are child processes on this machine; the
router, the providers, their HTTP and the limits are the real ones. Each word of an answer names its server and its place, so that loss, repetition and mixture
are seen. *plain* waits for the whole, *stream* takes token by token, *tools* is a stream in which the model calls a tool. \`alone\` has no fallback.
What is expected of each cell was written from the decision table, never taken from a run (\`test/faults/expected\`).

A plain call may move to another model until its end; a stream only until its first token of content or of a tool call, and is a visible interruption after it.
The time is that of the whole call, and in brackets what its limit (or the wait that a server asks for) allows; at most ${first?.slackMs} ms may come on top.
A row that took longer, or in which a limit passed that none should, is played once more, and its first time is told. Limits in milliseconds: ${limits.join(', ')}.
The breaker: \`counted\` is one failure of five, \`opened\` keeps calls away until a look passes, \`misconfigured\` until the configuration changes or a look proves the key.

Again: \`pnpm test:faults\` (it also writes this page); one client or cell:
\`node test/faults/matrix/matrix-process.ts llamacpp /tmp cut 500\`.

${clients
  .map((client) =>
    clientTable(
      client,
      rows.filter((row) => row.client === client),
    ),
  )
  .join('\n\n')}

${turnTable(turns)}
`;
}
