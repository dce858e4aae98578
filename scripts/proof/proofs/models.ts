import type { Proof } from '../proof.ts';

/** A move between two real models, as the test tells it. */
interface ModelLine {
  readonly passages: number;
  readonly from: string;
  readonly to: string;
  readonly dimensions: number;
  /** Seconds. */
  readonly planned: number;
  readonly seconds: number;
  /** Lowest, between an interrupted run and one that was not. */
  readonly cosine: number;
  readonly overlapAt10?: number;
}

function rowOf({ from, to, dimensions, planned, seconds, cosine, overlapAt10 = Number.NaN }: ModelLine): string {
  const off = ((planned - seconds) / seconds) * 100;
  const plan = `${planned.toFixed(1)} | ${seconds.toFixed(1)} | ${off.toFixed(0)} %`;
  return `| ${from} -> ${to} | ${dimensions} | ${plan} | ${cosine.toFixed(6)} | ${(overlapAt10 * 100).toFixed(0)} % |`;
}

function describe(told: readonly unknown[], verdict: string): string {
  const lines = told as readonly ModelLine[];
  return `# A store moved between real models

${verdict}

${lines[0]?.passages} passages of this project's own pages, embedded by all-MiniLM-L6-v2 (384 numbers) and moved to another model of 384 numbers and to one of 576: once
without an interruption, and once given up three times after its first window and gone on with. Every vector was there after both, a hundred passages found
themselves first, and the lowest cosine between the two runs is in the table; it is not 1 where an engine sums a batch in another order. The plan was made
before the run by a probe of a second and a half.

| models | numbers | planned s | took s | plan off by | lowest cosine | overlap of the ten nearest, old and new |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${lines.map(rowOf).join('\n')}
`;
}

/** A migration between real models gives the same, interrupted or not. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/migration-models.test.ts',
  file: 'models.md',
  environment: { WOOSTER_PROOF_PASSAGES: '1000' },
  describe,
};
