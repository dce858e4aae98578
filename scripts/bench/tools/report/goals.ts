import { describeShare, percentOf, type Share, type Tally } from './tally.ts';

/** The figures of one model asked one way, over all cases. */
export interface Measured {
  readonly model: string;
  readonly title: string;
  readonly way: string;
  readonly isOurs: boolean;
  readonly tally: Tally;
}

const LEAST_VALID = 95;
const MOST_NEEDLESS = 10;
/** Least percent of right calls by model; the smallest has none of its own. */
const LEAST_RIGHT: Readonly<Record<string, number>> = {
  'qwen2.5-coder-0.5b-instruct-q4_k_m': 85,
  'qwen2.5-coder-1.5b-instruct': 94,
};

function line(isReached: boolean, text: string): string {
  return `- ${isReached ? 'passed' : '**FAILED**'}: ${text}`;
}

/** By the share, not by the rounded figure that is shown. */
const isAtLeast = (share: Share, percent: number): boolean => percentOf(share) >= percent;

function againstRaw({ title, way, tally }: Measured, raw: readonly Measured[]): string {
  const name = `${title}, ${way}`;
  const [best] = raw.toSorted((left, right) => percentOf(right.tally.right) - percentOf(left.tally.right));
  if (best === undefined) return `- not measured: ${name}, never worse than the best raw way`;
  const isReached = percentOf(tally.right) >= percentOf(best.tally.right);
  const needless = `needless ${describeShare(tally.needless)} against ${describeShare(best.tally.needless)}`;
  const figures = `${describeShare(tally.right)} against ${describeShare(best.tally.right)} of ${best.way}`;
  return line(isReached, `${name}, never worse than the best raw way: ${figures} (${needless})`);
}

/** The required figures, each passed or failed by the numbers; one that nothing was measured for says so. */
export function describeGoals(all: readonly Measured[], models: readonly { id: string; title: string }[]): string[] {
  return models.flatMap(({ id, title }) => {
    const ours = all.filter(({ model, isOurs }) => model === id && isOurs);
    if (ours.length === 0) return [`- not measured: ${title}`];
    const raw = all.filter(({ model, isOurs }) => model === id && !isOurs);
    return ours.flatMap((measured) => {
      const { valid, right, needless } = measured.tally;
      const name = `${title}, ${measured.way}`;
      const least = LEAST_RIGHT[id];
      return [
        line(isAtLeast(valid, LEAST_VALID), `${name}, valid at least ${LEAST_VALID} %: ${describeShare(valid)}`),
        ...(least === undefined
          ? []
          : [
              line(
                isAtLeast(right, least),
                `${name}, right tool and arguments at least ${least} %: ${describeShare(right)}`,
              ),
            ]),
        againstRaw(measured, raw),
        line(
          percentOf(needless) <= MOST_NEEDLESS,
          `${name}, needless calls at most ${MOST_NEEDLESS} %: ${describeShare(needless)}`,
        ),
      ];
    });
  });
}
