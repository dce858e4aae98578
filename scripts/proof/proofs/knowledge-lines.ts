/** One line that the test of kills or of load writes. */
interface ProofLine {
  /** `load`, or a command that is killed. */
  readonly command: string;
  readonly seed?: number;
  readonly number?: number;
  readonly statements?: number;
  readonly moment?: Readonly<Record<string, number | string>>;
  readonly isKilled?: boolean;
  readonly isTold?: boolean;
  readonly wasDone?: boolean;
  readonly kept?: number;
  readonly files?: number;
  readonly seconds?: number;
  readonly answeredMeanwhile?: number;
  readonly slowestAnswerMs?: number;
  readonly ingest?: ProofLag;
  readonly chat?: ProofLag;
  readonly idle?: ProofLag;
}

/** By how much the event loop of a process was late, milliseconds. */
interface ProofLag {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

function describeMoment(moment: ProofLine['moment']): string {
  if (moment?.['statement'] !== undefined) return `before statement ${moment['statement']}`;
  if (moment?.['afterMs'] !== undefined) return `${Number(moment['afterMs']).toFixed(1)} ms after the first statement`;
  return 'as soon as it said it was done';
}

function describeEnd({ command, isKilled, kept, isTold, wasDone }: ProofLine): string {
  if (isKilled !== true) return 'was done before';
  if (command === 'ingest') return `killed; ${kept} of 60 files were stored`;
  if (isTold === true) return 'killed; it had said that it was done';
  if (command !== 'forget') return wasDone === true ? 'killed; the store was as at its end' : 'killed; it went on';
  return wasDone === true ? 'killed; all was forgotten' : 'killed; nothing was forgotten';
}

function killTable(lines: readonly ProofLine[], command: string): string {
  const runs = lines.filter((line) => line.command === command && line.number !== undefined);
  const whole = lines.find((line) => line.command === command && line.number === undefined);
  const killed = runs.filter(({ isKilled }) => isKilled === true).length;
  const rows = runs.map((line) => `| ${line.number} | ${describeMoment(line.moment)} | ${describeEnd(line)} |`);
  return `## \`${command}\`

${runs.length} runs passed, ${killed} of them were killed at work; an uninterrupted run takes ${whole?.statements ?? '?'} statements.

| | moment | end |
| ---: | --- | --- |
${rows.join('\n')}`;
}

function lagRow(name: string, lag: ProofLag | undefined): string {
  const { p50Ms = Number.NaN, p99Ms = Number.NaN, maxMs = Number.NaN } = lag ?? {};
  return `| ${name} | ${p50Ms.toFixed(1)} | ${p99Ms.toFixed(1)} | ${maxMs.toFixed(1)} |`;
}

/** The report of the kills. */
export function describeKills(told: readonly unknown[], verdict: string): string {
  const lines = told as readonly ProofLine[];
  const seed = lines.find((line) => line.seed !== undefined)?.seed;
  const commands = [...new Set(lines.map(({ command }) => command))];
  const runs = lines.filter(({ number }) => number !== undefined);
  const killed = runs.filter(({ isKilled }) => isKilled === true).length;
  return `# Killed at any moment

${verdict}

${runs.length} runs of ${commands.length} commands, ${killed} of them killed at work. Seed ${seed}; \`WOOSTER_SEED=${seed} pnpm proof kills\` chooses the same moments. The command line itself is killed by SIGKILL: every other time before its
n-th statement that writes to the store, else some milliseconds after the first one, and \`forget\` also as soon as it has said that it is done. Each time a
copy of what was left is opened and verified, the command is run again, and all rows, those of vectors byte by byte, are compared with those of an
uninterrupted run. A backup that is there restores to the same store, and an exported folder that is there is whole, whatever the moment. After a \`forget\` that
said it was done, and after every \`forget\` that was run again, neither the text nor its rare words nor its vector is in any file of the store.

${commands.map((command) => killTable(lines, command)).join('\n\n')}
`;
}

/** The report of the load. */
export function describeLoad(told: readonly unknown[], verdict: string): string {
  const lines = told as readonly ProofLine[];
  const load = lines.find(({ command }) => command === 'load');
  return `# Chat and search while a folder is ingested

${verdict}

${load?.files} files were ingested in ${load?.seconds?.toFixed(1)} s by one process, with a fake embedding server, while a chat in another process answered ${load?.answeredMeanwhile} questions
over the same project, the slowest in ${((load?.slowestAnswerMs ?? 0) / 1000).toFixed(1)} s, and a third process searched. How late the event loops of the main threads were, in
milliseconds beyond the 5 of the measure; the ingest from 2 s after its start, the chat from its first answer, for both import their modules before:

| process | p50 | p99 | max |
| --- | ---: | ---: | ---: |
${lagRow('ingest', load?.ingest)}
${lagRow('chat', load?.chat)}
${lagRow('a process that does nothing, on the same machine', load?.idle)}
`;
}
