import { describeDuration } from 'wooster';
import { isAnswer, type BatchLine, type Tally } from './batch-line.ts';

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
