import { describeDuration } from 'wooster';
import { z } from 'zod';
import { isAnswer, type BatchLine } from './batch-line.ts';

/** What a batch came to. */
export const tallySchema = z.object({
  items: z.number(),
  answered: z.number().describe('with an answer, in this run or an earlier one'),
  failed: z.number(),
  earlier: z.number().describe('lines that were there before'),
  cached: z.number().describe('answered in this run from the response cache'),
  equal: z.number().describe('answered in this run together with an equal item'),
  tokens: z.object({ input: z.number(), output: z.number() }).describe('of the calls of this run'),
  costUsd: z.number().describe('of this run'),
  unknownCosts: z.number().describe('calls whose cost is unknown; they are not in the sum'),
  milliseconds: z.number(),
});

export type Tally = z.output<typeof tallySchema>;

/** Sums up lines: those of an earlier run count, but cost nothing now. */
export function tallyOf(
  lines: { readonly earlier: Iterable<BatchLine>; readonly fresh: readonly BatchLine[] },
  milliseconds: number,
): Tally {
  const earlier = [...lines.earlier];
  const all = [...earlier, ...lines.fresh];
  const answers = lines.fresh.filter(isAnswer);
  const asked = answers.filter(({ equalTo }) => equalTo === undefined);
  return {
    items: all.length,
    answered: all.filter(isAnswer).length,
    failed: all.filter((line) => !isAnswer(line)).length,
    earlier: earlier.length,
    cached: asked.filter(({ isCached }) => isCached).length,
    equal: answers.length - asked.length,
    tokens: {
      input: asked.reduce((sum, { tokens, isCached }) => sum + (isCached ? 0 : tokens.input), 0),
      output: asked.reduce((sum, { tokens, isCached }) => sum + (isCached ? 0 : tokens.output), 0),
    },
    costUsd: asked.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0),
    unknownCosts: asked.filter(({ costUsd }) => costUsd === undefined).length,
    milliseconds: Math.round(milliseconds),
  };
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}`;
}

/** One line for a person. */
export function describeTally(tally: Tally): string {
  const { earlier, cached, equal, failed, tokens, costUsd, unknownCosts } = tally;
  const notes = [
    ...(earlier > 0 ? [count(earlier, 'from an earlier run')] : []),
    ...(cached > 0 ? [count(cached, 'from the cache')] : []),
    ...(equal > 0 ? [count(equal, 'equal to others')] : []),
  ];
  const unknown = unknownCosts > 0 ? ` and ${count(unknownCosts, 'of unknown cost')}` : '';
  return [
    `${count(tally.answered, 'answered')}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`,
    count(failed, 'failed'),
    `${count(tokens.input, 'tokens in')}, ${count(tokens.output, 'out')}`,
    `$${costUsd.toFixed(costUsd > 0 && costUsd < 0.01 ? 6 : 2)}${unknown}`,
    describeDuration(tally.milliseconds),
  ].join('; ');
}
