import type { Proof } from '../proof.ts';

/** What the questions found, as the test tells it. */
interface RetrievalLine {
  readonly files: number;
  readonly passages: number;
  /** Of the first ingest, and of the second, which finds nothing new. */
  readonly seconds: number;
  readonly again: number;
  /** Place of the first right file among the sources, 0 where it is not there. */
  readonly questions: readonly { readonly question: string; readonly place: number }[];
}

function describeLine({ files, passages, seconds, again, questions }: RetrievalLine): string {
  const near = questions.filter(({ place }) => place >= 1 && place <= 3).length;
  const foremost = questions.filter(({ place }) => place === 1).length;
  return `${files} files of the documentation of this project's packages, ${passages} passages, embedded by all-MiniLM-L6-v2 in ${seconds.toFixed(0)} s; the second ingest
embedded nothing and took ${again.toFixed(1)} s. Ten questions, written before anything was tuned, were asked by \`wooster search -k 12\`: a right file is among
the first three sources of ${near}, and the first of ${foremost}.

| question | place of the right file |
| --- | ---: |
${questions.map(({ question, place }) => `| ${question} | ${place === 0 ? 'not found' : place} |`).join('\n')}
`;
}

function describe(lines: readonly unknown[], verdict: string): string {
  return `# What a search finds

${verdict}

${(lines as readonly RetrievalLine[]).map(describeLine).join('\n')}`;
}

/** A search of real documentation with the real embedder finds the right files. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/retrieval-quality.test.ts',
  file: 'retrieval.md',
  environment: { WOOSTER_PROOF_FILES: '300' },
  describe,
};
