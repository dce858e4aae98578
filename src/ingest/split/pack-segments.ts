import type { Segment } from './segments.ts';

/** A segment with its share of the tokens of its block. */
export interface MeasuredSegment extends Segment {
  readonly tokens: number;
}

/** A range of characters that becomes a passage. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** How large passages become. */
interface PackLimits {
  readonly budget: number;
  readonly overlap: number;
}

/** A boundary this good ends a thought: nothing is repeated behind it. */
const CLEAN_BREAK = 2;

/**
 * Fills passages up to the budget and ends each at the best boundary in its second half. Behind a boundary inside a
 * paragraph the last sentences are repeated, as far as the overlap allows.
 */
export function packSegments(segments: readonly MeasuredSegment[], limits: PackLimits): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  /** First segment that no passage has yet. */
  let fresh = 0;
  while (fresh < segments.length) {
    let end = reach(segments, start, limits.budget);
    if (end <= fresh) {
      // The repeated sentences leave no room for what follows.
      start = fresh;
      end = Math.max(reach(segments, start, limits.budget), start + 1);
    }
    const stop = end === segments.length ? end : bestBreak(segments, { start, fresh, end, budget: limits.budget });
    ranges.push({ from: segments[start]!.from, to: segments[stop - 1]!.to });
    start = stop < segments.length ? beginOverlap(segments, { start, stop, overlap: limits.overlap }) : stop;
    fresh = stop;
  }
  return ranges;
}

/** Index behind the last segment that still fits. */
function reach(segments: readonly MeasuredSegment[], start: number, budget: number): number {
  let end = start;
  for (let sum = 0; end < segments.length; end += 1) {
    sum += segments[end]!.tokens;
    if (sum > budget) break;
  }
  return end;
}

function bestBreak(
  segments: readonly MeasuredSegment[],
  span: { readonly start: number; readonly fresh: number; readonly end: number; readonly budget: number },
): number {
  let best = span.end;
  let sum = 0;
  for (let at = span.start; at < span.end; at += 1) {
    const isCandidate = at > span.fresh && sum >= span.budget / 2;
    if (isCandidate && segments[at]!.strength > segments[best]!.strength) best = at;
    else if (isCandidate && best !== span.end && segments[at]!.strength === segments[best]!.strength) best = at;
    sum += segments[at]!.tokens;
  }
  return best;
}

function beginOverlap(
  segments: readonly MeasuredSegment[],
  place: { readonly start: number; readonly stop: number; readonly overlap: number },
): number {
  if (segments[place.stop]!.strength >= CLEAN_BREAK) return place.stop;
  let begin = place.stop;
  for (let sum = 0; begin - 1 > place.start; begin -= 1) {
    sum += segments[begin - 1]!.tokens;
    if (sum > place.overlap) break;
  }
  return begin;
}
