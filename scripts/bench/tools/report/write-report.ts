import { median } from '../../quantiles.ts';
import { machine, table } from '../../report-parts.ts';
import type { KeptResults } from '../kept-results.ts';
import { MODELS, type BenchModel } from '../models.ts';
import { select } from '../selection.ts';
import { WAYS } from '../ways/all-ways.ts';
import { MAX_TOKENS, THREADS, type Way } from '../ways/way.ts';
import { describeReplies } from './describe-case.ts';
import { describeGoals } from './goals.ts';
import { describeShare, judgeKept, tally, type JudgedCase } from './tally.ts';

/** One model asked one way, with what was measured of it. */
interface Entry {
  readonly model: BenchModel;
  readonly way: Way;
  readonly judged: readonly JudgedCase[];
}

const FIGURES = ['valid', 'right tool', 'right tool and arguments', 'needless calls', 'median s a case'];

function figuresOf(judged: readonly JudgedCase[]): string[] {
  const { valid, rightTools, right, needless } = tally(judged);
  const seconds = median(judged.map(({ result }) => result.seconds)).toFixed(1);
  return [...[valid, rightTools, right, needless].map(describeShare), seconds];
}

/** A row for each model and way of which something is measured. */
function figuresTable(entries: readonly Entry[], isMeant: (one: JudgedCase) => boolean): string {
  const rows = entries.flatMap(({ model, way, judged }) => {
    const meant = judged.filter(isMeant);
    return meant.length === 0 ? [] : [[model.title, way.title, ...figuresOf(meant)]];
  });
  return rows.length === 0 ? 'Nothing is measured.' : table(['model', 'asked by', ...FIGURES], rows);
}

function categoryTable(entries: readonly Entry[]): string {
  const categories = [...new Set(select([]).cases.map(({ asked }) => asked.category))];
  const ours = entries.filter(({ way }) => way.isOurs);
  const rows = categories.map((category) => [
    category,
    ...ours.map(({ judged }) => {
      const meant = judged.filter(({ asked }) => asked.category === category);
      return describeShare({ count: meant.filter(({ verdict }) => verdict.isRight).length, of: meant.length });
    }),
  ]);
  return ours.length === 0
    ? 'Nothing is measured.'
    : table(['right of all cases', ...ours.map(({ model, way }) => `${model.title}, ${way.title}`)], rows);
}

function failuresOf({ model, way, judged }: Entry): string {
  const wrong = judged.filter(({ verdict }) => !verdict.isRight);
  const tuned = wrong.filter(({ part }) => part === 'tune');
  const heldOut = wrong.filter(({ part }) => part === 'held-out').map(({ asked }) => asked.id);
  const lines = tuned.map(
    ({ asked, verdict, result }) =>
      `- ${asked.id}, ${verdict.why}: \`${describeReplies(result).replaceAll('`', "'")}\``,
  );
  const rest = heldOut.length === 0 ? [] : [`- held out: ${heldOut.join(', ')}`];
  const shown = [...lines, ...rest];
  return `### ${model.title}, ${way.title}\n\n${shown.length === 0 ? 'None.' : shown.join('\n')}`;
}

function enginesOf(entries: readonly Entry[]): string {
  const engines = new Set(entries.flatMap(({ judged }) => judged.map(({ result }) => result.engine)));
  return [...engines].toSorted().join(', ');
}

/** The report on everything that is kept, whenever it was measured. */
export function writeReport(results: Pick<KeptResults, 'get'>): string {
  const { cases } = select([]);
  const entries = MODELS.flatMap((model) =>
    WAYS.map((way) => ({ model, way, judged: judgeKept(results, { model: model.id, way: way.id }, cases) })),
  ).filter(({ judged }) => judged.length > 0);
  const whole = entries.filter(({ judged }) => judged.length === cases.length);
  const measured = whole.map(({ model, way, judged }) => {
    return { model: model.id, title: model.title, way: way.title, isOurs: way.isOurs, tally: tally(judged) };
  });
  const days = entries.flatMap(({ judged }) => judged.map(({ result }) => result.day)).toSorted();
  const needing = cases.filter(({ asked }) => asked.wanted.length > 0).length;
  const partial = entries
    .filter((entry) => !whole.includes(entry))
    .map(({ model, way, judged }) => `- In part only: ${model.title}, ${way.title}: ${judged.length} cases.\n`);
  return `# Bench of tool use

${days[0] ?? 'Not measured'}${days.at(-1) === days[0] ? '' : ` to ${days.at(-1)}`}. Made by \`pnpm bench tools\`; do not edit.

- Machine: ${machine()}; figures of time are indicative.
- Node ${process.versions.node}, ${enginesOf(entries)}; ${THREADS} thread, temperature 0, at most ${MAX_TOKENS} tokens a reply.
- ${cases.length} cases with four sets of five or six tools: ${needing} need one or two calls, ${cases.length - needing} an answer in words. A third is held out: those cases were committed before any instruction was tuned, and nobody who tunes reads them.
- Valid: every call names an offered tool and its arguments keep to the JSON schema; where a call is needed there is one, where none is needed there is an answer in words, and no call written as text. Of all cases.
- Right tool: exactly the wanted tools were called. Right tool and arguments: exactly the wanted calls, valid and with the wanted arguments; an optional argument that nobody asked for is no mistake unless it changes what is done. Of the cases that need a call.
- Needless calls: a call, also one written as text, where none is needed. Of the cases that need none.
- Where two calls are needed, each call gets a result, and there are up to three requests; a third call is a mistake.
${partial.join('')}
## Required figures

Over all cases.

${describeGoals(measured, MODELS).join('\n')}

## All cases

${figuresTable(entries, () => true)}

## Tune part

Instructions may be tuned on these.

${figuresTable(entries, ({ part }) => part === 'tune')}

## Held-out part

Committed before anything was tuned.

${figuresTable(entries, ({ part }) => part === 'held-out')}

## Wooster by category

${categoryTable(entries)}

## What Wooster got wrong

${entries
  .filter(({ way }) => way.isOurs)
  .map(failuresOf)
  .join('\n\n')}
`;
}
