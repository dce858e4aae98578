import type { Proof } from '../proof.ts';

/** One rest of the soak, as its test writes it. */
interface QuietLine {
  readonly atMs: number;
  readonly calls: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly listeners: number;
}

/** The line that the test of the soak writes. */
interface SoakLine {
  readonly seed: number;
  readonly durationMs: number;
  readonly calls: number;
  readonly attempts: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly injected: Readonly<Record<string, number>>;
  readonly overrun: { readonly count: number; readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  readonly loopLagMs: number;
  readonly quiet: readonly QuietLine[];
  readonly growthBytes: number;
  readonly faults: readonly string[];
  readonly faultCount: number;
  readonly stray: readonly string[];
  readonly recoveredMs?: number;
  readonly limitMs: number;
  readonly corrected: number;
  readonly stillOut: readonly string[];
  readonly slowestMs: number;
}

const FULL_MS = 1_800_000;
const CURVE_ROWS = 16;
const MIB = 2 ** 20;

/** Outcomes by name, with a column for each kind of call. */
function outcomeTable(outcomes: SoakLine['outcomes']): string {
  const kinds = ['plain', 'stream', 'tools'];
  const names = [...new Set(Object.keys(outcomes).map((name) => name.slice(name.indexOf(': ') + 2)))].toSorted();
  const rows = names.map((name) => {
    const cells = kinds.map((kind) => outcomes[`${kind}: ${name}`] ?? 0);
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  return ['| end | plain | stream | stream with tools |', '| --- | ---: | ---: | ---: |', ...rows].join('\n');
}

function faultTable(injected: SoakLine['injected']): string {
  const rows = Object.entries(injected)
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([name, count]) => `| ${name} | ${count} |`);
  return ['| fault | times |', '| --- | ---: |', ...rows].join('\n');
}

function curve(quiet: readonly QuietLine[]): string {
  const step = Math.max(1, Math.ceil(quiet.length / CURVE_ROWS));
  const shown = quiet.filter((_point, at) => at % step === 0 || at === quiet.length - 1);
  const rows = shown.map(({ atMs, calls, heapBytes, rssBytes, descriptors, listeners }) => {
    const sizes = [heapBytes, rssBytes].map((bytes) => (bytes / MIB).toFixed(1));
    return `| ${(atMs / 1_000).toFixed(0)} | ${calls} | ${sizes.join(' | ')} | ${descriptors} | ${listeners} |`;
  });
  const head = '| second | calls | heap, MiB | resident, MiB | open files and sockets | listeners |';
  return [head, '| ---: | ---: | ---: | ---: | ---: | ---: |', ...rows].join('\n');
}

function describeSoak(told: readonly unknown[], verdict: string): string {
  const line = told.at(-1) as SoakLine;
  const { overrun, recoveredMs } = line;
  const changes = Object.values(line.injected).reduce((sum, count) => sum + count, 0);
  const broken = line.faults.length === 0 ? '' : `\n\n${line.faults.map((fault) => `- ${fault}`).join('\n')}`;
  return `# Faults at random

${verdict}

Seed ${line.seed}; \`WOOSTER_SEED=${line.seed} pnpm proof soak\` chooses the same faults and calls. For ${(line.durationMs / 60_000).toFixed(1)} minutes six callers
talked to a whole host, with its state on disk, over three model servers (the wires of llama-server, Ollama and OpenAI), whose faults changed ${changes} times at
random moments; one call in eight was aborted at a random moment, and refused keys and empty accounts were corrected ${line.corrected} times, which only people do. Limits: connect 60 ms, load 200, first token 120, between tokens 80, total 600.

${line.calls} calls, ${line.attempts} attempts. Broken promises: ${line.faultCount} (an end that is not one, another text than the whole one or its beginning, a word
twice, an attempt without its record or without an end, a call or an attempt past its limits).${broken}

Stray rejections, exceptions and warnings: ${line.stray.length}. Slowest call: ${(line.slowestMs / 1_000).toFixed(2)} s.

## How calls ended

${outcomeTable(line.outcomes)}

## Past the limit

Attempts that a limit ended, ${overrun.count} of them, lasted longer than that limit by ${overrun.p50Ms.toFixed(1)} ms (p50), ${overrun.p99Ms.toFixed(1)} ms (p99), ${overrun.maxMs.toFixed(1)} ms (most); the
event loop itself was late by ${(line.loopLagMs / 1_000).toFixed(1)} s in all on this machine.

## Memory

After a collection of garbage, with no call running. On the line through the later two thirds the heap grew by ${(line.growthBytes / MIB).toFixed(2)} MiB.

${curve(line.quiet)}

## Afterwards

${recoveredMs === undefined ? `NOT BACK: ${line.stillOut.join(' | ')}` : `When the faults ended, every target was back after ${(recoveredMs / 1_000).toFixed(1)} s without a call (by the looks that were planned, ${(line.limitMs / 1_000).toFixed(1)} s at most), every breaker was closed, and the first of them answered all calls that followed.`}

## Faults

${faultTable(line.injected)}
`;
}

/** Thousands of calls under faults that change at random. */
export const proof: Proof = {
  project: 'faults',
  test: 'test/faults/soak/soak.test.ts',
  file: 'soak.md',
  environment: { WOOSTER_PROOF_SOAK_MS: String(FULL_MS) },
  limitMs: FULL_MS + 300_000,
  describe: describeSoak,
};
