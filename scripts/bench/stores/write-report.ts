import { median } from '../quantiles.ts';
import { machine, table, versionOf } from '../report-parts.ts';
import type { BenchResult, SearchRow } from './bench-stores.ts';
import type { IngestMeasured } from './job.ts';

const TITLES: Readonly<Record<SearchRow['contestant'], string>> = {
  'store-exact': 'knowledge store, index `exact`',
  'store-faiss': 'knowledge store, index `faiss`',
  'index-exact': 'index `exact` alone',
  'index-faiss': 'index `faiss` alone',
  'langchain-faiss': 'LangChain FaissStore',
};

function versions(): string {
  const packages = ['@langchain/core', '@langchain/community', 'faiss-node', '@huggingface/transformers'].map(
    versionOf,
  );
  return [`Node ${process.versions.node}`, `SQLite ${process.versions['sqlite'] ?? '?'}`, ...packages].join(', ');
}

function searchTable({ searches }: BenchResult): string {
  const rows = searches.map(({ contestant, rows: count, result }) => {
    const head = [TITLES[contestant], count.toLocaleString('en')];
    if ('notRun' in result) return [...head, `not run: ${result.notRun}`, '', '', ''];
    const { p50Ms, p95Ms, openMs, memoryMiB } = result;
    return [...head, p50Ms.toFixed(1), p95Ms.toFixed(1), openMs.toFixed(0), memoryMiB.toFixed(0)];
  });
  return table(['', 'vectors', 'p50 ms', 'p95 ms', 'open ms', 'memory MiB'], rows);
}

function ingestTable({ ingest }: BenchResult): string {
  if ('notRun' in ingest) return `Ingest: not run (${ingest.notRun}).`;
  const shares = ingest.map(({ pipelineSeconds, aloneSeconds }) => aloneSeconds / pipelineSeconds);
  const [first] = ingest;
  const rate = (seconds: (round: IngestMeasured) => number): string =>
    median(ingest.map((round) => round.texts / seconds(round))).toFixed(1);
  const rows = [
    [
      `${first?.embedder ?? ''}, ${first?.files ?? 0} files, ${first?.texts ?? 0} texts`,
      rate((round) => round.pipelineSeconds),
      rate((round) => round.aloneSeconds),
      median(shares).toFixed(2),
      shares.map((share) => share.toFixed(2)).join(', '),
    ],
  ];
  return table(['', 'ingest texts/s', 'embedder alone texts/s', 'ratio', 'ratio by round'], rows);
}

/** The report in Markdown. */
export function describeBench(result: BenchResult, now: Date): string {
  const { k, rounds, searches, dimensions } = result.plan;
  return `# Bench of the stores

${now.toISOString().slice(0, 10)}. Made by \`pnpm bench stores\`; do not edit.

- Machine: ${machine()}; shared with other work while this ran, so compare lines, not milliseconds with another machine's.
- Versions: ${versions()}.
- Each contestant runs in processes of its own; medians of the rounds that take turns, ${rounds} in all.

## Ingest

The whole pipeline (find, read, cut, embed, store) beside the same embedder alone with the same texts, in the same process.
A ratio of 1 would mean that nothing but the embedder costs time; above 1 reading and storing happen while it works, and the batches of the pipeline suit it better.

${ingestTable(result)}

## Search

${dimensions} dimensions, k = ${k}, ${searches} questions one after another, whose vectors are there at once, so that no model is measured.
All compare with every vector, so all find the same. The stores return passages with text, source and place out of SQLite; an index alone returns row numbers.
\`open\` is from nothing to the first answer, from files that were saved before. \`memory\` is the resident memory of all processes after the searches, over that before opening.
FaissStore is given its index and documents at once, which is its best case: its own \`addDocuments\` copies every key for every document.

${searchTable(result)}
`;
}
