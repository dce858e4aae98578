import type { Proof } from '../proof.ts';

/** One line that the test of long migrations writes. */
interface MigrationLine {
  readonly kind: 'whole' | 'kill' | 'end';
  readonly seed: number;
  readonly passages: number;
  readonly planned?: number;
  readonly seconds?: number;
  readonly statements?: number;
  readonly foundFirst?: number;
  readonly sampled?: number;
  readonly overlapAt10?: number;
  readonly number?: number;
  readonly statement?: number;
  readonly isKilled?: boolean;
  readonly done?: number;
  readonly died?: number;
  readonly embedded?: number;
  readonly isEqual?: boolean;
  readonly cosine?: number;
}

function wholeLine({ passages, planned = NaN, seconds = NaN, statements, ...line }: MigrationLine): string {
  const off = ((planned - seconds) / seconds) * 100;
  return `An uninterrupted migration of ${passages} passages took ${seconds.toFixed(1)} s and ${statements} statements that write; the plan said ${planned.toFixed(1)} s (${off.toFixed(1)} %). ${line.foundFirst} of ${line.sampled} passages find themselves first; old and new space have ${((line.overlapAt10 ?? NaN) * 100).toFixed(0)} % of the ten nearest in common.`;
}

function killRow({ number = 0, statement, isKilled, done }: MigrationLine): string {
  return `| ${number + 1} | before statement ${statement} of the run | ${isKilled === true ? 'killed' : 'was done before'} | ${done} |`;
}

function endLine({ died, embedded, isEqual, cosine = NaN }: MigrationLine): string {
  return `Killed ${died} times with SIGKILL, opened and verified each time, gone on with; the last run embedded ${embedded} texts. The rows are ${isEqual === true ? 'equal to' : 'NOT equal to'} those of the uninterrupted run; the lowest cosine of their vectors is ${cosine.toFixed(6)}.`;
}

function describeMigration(lines: readonly unknown[], verdict: string): string {
  const all = lines as readonly MigrationLine[];
  const seed = all[0]?.seed;
  const of = (kind: MigrationLine['kind']): readonly MigrationLine[] => all.filter((line) => line.kind === kind);
  return `# A migration that is killed

${verdict} Seed ${seed}. The embedder is a deterministic one of the tests that takes 0.05 ms a token.

${of('whole').map(wholeLine).join('\n')}

| kill | moment | end | texts filled |
| ---: | --- | --- | ---: |
${of('kill').map(killRow).join('\n')}

${of('end').map(endLine).join('\n')}
`;
}

/** A long migration survives kill -9, and takes what was planned. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/migration-long.test.ts',
  file: 'migration.md',
  environment: { WOOSTER_PROOF_PASSAGES: '20000', WOOSTER_PROOF_KILLS: '20' },
  describe: describeMigration,
};
