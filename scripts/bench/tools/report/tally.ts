import { TOOL_SETS } from '../cases/all-cases.ts';
import { judgeCase, type Verdict } from '../judge/judge-case.ts';
import type { KeptResult, KeptResults, ResultPlace } from '../kept-results.ts';
import type { SelectedCase } from '../selection.ts';

/** One measured case with what is to be said of it. */
export interface JudgedCase extends SelectedCase {
  readonly verdict: Verdict;
  readonly result: KeptResult;
}

/** So many of so many. */
export interface Share {
  readonly count: number;
  readonly of: number;
}

/** The figures of some cases. */
export interface Tally {
  /** Of all cases. */
  readonly valid: Share;
  /** Of those that need a call. */
  readonly rightTools: Share;
  /** Of those that need a call. */
  readonly right: Share;
  /** Of those that need none. */
  readonly needless: Share;
}

/** What is kept of one model asked one way, judged. */
export function judgeKept(
  results: Pick<KeptResults, 'get'>,
  place: ResultPlace,
  cases: readonly SelectedCase[],
): readonly JudgedCase[] {
  return cases.flatMap(({ part, asked }) => {
    const result = results.get(place, asked);
    if (result === undefined) return [];
    return [{ part, asked, result, verdict: judgeCase(asked, TOOL_SETS[asked.set], result.replies) }];
  });
}

/** Counts; the shares of calls are of the cases that need one, and the share of needless calls of the others. */
export function tally(judged: readonly JudgedCase[]): Tally {
  const share = (of: readonly JudgedCase[], isCounted: (verdict: Verdict) => boolean): Share => {
    return { count: of.filter(({ verdict }) => isCounted(verdict)).length, of: of.length };
  };
  const needing = judged.filter(({ asked }) => asked.wanted.length > 0);
  const others = judged.filter(({ asked }) => asked.wanted.length === 0);
  return {
    valid: share(judged, ({ isValid }) => isValid),
    rightTools: share(needing, ({ hasRightTools }) => hasRightTools),
    right: share(needing, ({ isRight }) => isRight),
    needless: share(others, ({ isNeedless }) => isNeedless),
  };
}

/** Percent of a share; NaN of none. */
export const percentOf = ({ count, of }: Share): number => (100 * count) / of;

/** A share as people read it. */
export function describeShare(share: Share): string {
  return share.of === 0 ? '-' : `${share.count} of ${share.of}, ${Math.round(percentOf(share))} %`;
}
