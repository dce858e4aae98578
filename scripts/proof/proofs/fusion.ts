import type { Proof } from '../proof.ts';

/** What one of the two spaces of a store got. */
interface PartLine {
  readonly model: string;
  readonly questions: number;
  readonly merged: number;
  readonly alone: number;
  readonly places: number;
}

/** Two models in one store, as the test tells it. */
interface FusionLine {
  readonly set: 'written' | 'headings';
  readonly files: number;
  readonly passages: number;
  readonly deals: number;
  readonly share: number;
  readonly questions: number;
  readonly recall: { readonly first: number; readonly second: number; readonly merged: number };
  readonly parts: readonly [PartLine, PartLine];
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}

/** Which files are where, and who asks. */
function caseOf({ share, set, parts }: FusionLine): string {
  return `${parts[1].model}, ${percent(share)} | ${set}`;
}

function corpusRow({ parts, files, passages, deals }: FusionLine): string {
  return `| ${parts[1].model} | ${files} | ${passages} | ${deals} |`;
}

function recallRow(line: FusionLine): string {
  const { first, second, merged } = line.recall;
  return `| ${caseOf(line)} | ${line.questions} | ${percent(first)} | ${percent(second)} | ${percent(merged)} |`;
}

function partRows(line: FusionLine): string {
  const [one, other] = line.parts;
  return line.parts
    .map(({ model, questions, merged, alone, places }) => {
      const answers = questions / (one.questions + other.questions);
      const share = places / (one.places + other.places);
      return `| ${caseOf(line)} | ${model} | ${questions} | ${alone} | ${merged} | ${percent(answers)} | ${percent(share)} |`;
    })
    .join('\n');
}

/** Parts with less than a third of the places that are fair, which the rule allows to none. */
function crowdedOut(lines: readonly FusionLine[]): string {
  const rows = lines.flatMap((line) => {
    const [one, other] = line.parts;
    const all = (one.places + other.places) / (one.questions + other.questions);
    return line.parts.flatMap(({ model, places, questions }) => {
      const share = places / (all * questions);
      return share < 1 / 3
        ? [`- ${model}, beside ${caseOf(line).replace(' | ', ', ')}: ${percent(share)} of its fair places`]
        : [];
    });
  });
  if (rows.length === 0) return 'No space has less.';
  return `The rule of places is broken by:

${rows.join('\n')}

A chat model in the place of an embedding model puts a question nearer to many passages, so that it takes more places than its scale should give it.`;
}

function describe(told: readonly unknown[], verdict: string): string {
  const lines = told as readonly FusionLine[];
  return `# Two models in one store

${verdict}

Passages of the documentation of this project's packages, without their headings, lie in one store: most or half of the files in the space of
${lines[0]?.parts[0].model}, the others in that of a second model, which stood in for it. Which files, their names and a seed tell; they are dealt several times.
Two sets of questions are asked: those of \`test/real/retrieval/questions.ts\`, which any passage of the right file answers (written), and the headings of the
documentation, which any passage of their section answers (headings). The search is by vectors alone, so that nothing but the two spaces is merged.

| second model | files | passages | deals |
| --- | ---: | ---: | ---: |
${[...new Set(lines.map(corpusRow))].join('\n')}

The rule was set before the run: in two spaces at most a tenth of the questions less is answered than by the worse of the two models alone, and each space has at
least a third of its fair share: of the ten places, in proportion to the answers that lie in it, and of the answers that its model finds where it has all the passages.

${crowdedOut(lines)}

Recall at 10: questions with a right passage among the first ten.

| second model, its part of the files | asked | questions | first alone | second alone | merged |
| --- | --- | ---: | ---: | ---: | ---: |
${lines.map(recallRow).join('\n')}

What each space got, over all deals. Answers are questions with a right passage in that space.

| second model, its part of the files | asked | space | answers in it | found by its model alone | found merged | part of the answers | part of the ten places |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |
${lines.map(partRows).join('\n')}
`;
}

/** Neither of two real models in one store crowds out the other, and both together find what each finds. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/rank-fusion.test.ts',
  file: 'fusion.md',
  environment: { WOOSTER_PROOF_FILES: '80' },
  describe,
};
