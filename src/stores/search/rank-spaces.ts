import type { RankPart } from '../../contracts/knowledge/knowledge-source.ts';
import { cosineOf, normOf } from '../../kernel/embedding-vectors.ts';
import type { RankedRow } from './merge-ranks.ts';

/** Places at the top that belong to the best of all, whichever space they are of. */
const OPEN_PLACES = 2;

/**
 * Standard deviations that count as scatter. Chosen by `pnpm proof fusion` and its sample: with none a chat model that serves
 * embeddings pushes the space beside it below a third of its fair places, with half of one and more an embedding model loses
 * more questions than merging may cost.
 */
const SCATTER_WEIGHT = 0.25;

/** What one space answered, best first. */
export interface SpaceRanking {
  readonly spaceId: string;
  readonly rows: readonly RankedRow[];
  /** Cosine of the question up to which a text has nothing to do with it; 0 where it is not known. */
  readonly background?: number;
}

interface Lifted {
  readonly row: number;
  readonly score: number;
  readonly spaceId: string;
  readonly lift: number;
  /** In its own space, which decides between equal ones, so that the order of a space is kept. */
  readonly place: number;
}

/**
 * Cosine of a question, of length 1, up to which a passage says nothing: the mean of its cosines with the canaries of a space,
 * which have nothing to do with each other, and a part of their standard deviation. For some models the mean is 0, for others
 * 0.7, and a chat model scatters them widely.
 */
export function backgroundOf(question: Float32Array, canaries: Float32Array): number {
  const dimensions = question.length;
  const cosines: number[] = [];
  for (let first = 0; first + dimensions <= canaries.length; first += dimensions) {
    const canary = canaries.subarray(first, first + dimensions);
    if (normOf(canary) > 0) cosines.push(cosineOf(question, canary));
  }
  if (cosines.length === 0) return 0;
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  const variance = cosines.reduce((sum, cosine) => sum + (cosine - mean) ** 2, 0) / cosines.length;
  return mean + SCATTER_WEIGHT * Math.sqrt(variance);
}

function lift({ spaceId, rows, background = 0 }: SpaceRanking): readonly Lifted[] {
  const range = Math.max(1 - background, 1e-6);
  return rows.map(({ row, score }, place) => ({ row, score, spaceId, place, lift: (score - background) / range }));
}

/** Each passage once, by the better of its vectors. */
function bestOfEach(lifted: readonly Lifted[]): readonly Lifted[] {
  const best = new Map<number, Lifted>();
  for (const each of lifted) if (!best.has(each.row)) best.set(each.row, each);
  return [...best.values()];
}

/**
 * One ranking of the passages of all spaces. Cosines of two models cannot be compared, and places cannot either: the first
 * of ten passages says less than the first of ten thousand. So each cosine is brought to a scale of its space, on which
 * texts that have nothing to do with the question are at 0 and the same text is at 1 (min-max normalisation of merged
 * result lists, Lee 1997, with two ends that do not depend on what was found), and the passages are put in that order.
 * That scale is only about right, so the best of each space comes right after the first two places, if it is not among
 * them: what is relevant is found whatever its space, and a space without anything relevant takes one place.
 */
export function rankSpaces(spaces: readonly SpaceRanking[]): ReadonlyMap<number, RankPart> {
  const lifted = spaces.map(lift);
  const sorted = bestOfEach(
    lifted.flat().toSorted((one, other) => other.lift - one.lift || one.place - other.place || one.row - other.row),
  );
  const firsts = new Set(spaces.length > 1 ? lifted.flatMap(([first]) => first?.row ?? []) : []);
  const top = sorted.slice(0, OPEN_PLACES);
  const rest = sorted.slice(OPEN_PLACES);
  const order = [...top, ...rest.filter(({ row }) => firsts.has(row)), ...rest.filter(({ row }) => !firsts.has(row))];
  return new Map(
    order.map(({ row, score, spaceId }, at): [number, RankPart] => [row, { rank: at + 1, score, spaceId }]),
  );
}
