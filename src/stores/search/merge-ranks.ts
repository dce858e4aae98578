import type { KnowledgePassage, RankPart } from '../../contracts/knowledge/knowledge-source.ts';
import { rankSpaces } from './rank-spaces.ts';
import type { SpaceRanking } from './rank-spaces.ts';

/** Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): first places do not outweigh everything. */
const RANK_OFFSET = 60;

/**
 * How much a ranking counts. In a question most words are common, and their ranking says less than that by meaning; a
 * word that hardly any passage holds, such as the name of a function, says more than either. Chosen on thirty questions
 * and forty-five names asked of the documentation of this project's packages.
 */
const TEXT_WEIGHT = 0.3;
const RARE_WEIGHT = 1;

/** A passage by the row of its chunk, with the score of one ranking. */
export interface RankedRow {
  readonly row: number;
  readonly score: number;
}

/** A passage after the rankings were merged. */
export interface MergedRow {
  readonly row: number;
  readonly score: number;
  readonly parts: KnowledgePassage['parts'];
}

/** Rankings of one query. */
interface Rankings {
  /** One of each space, best first. */
  readonly spaces: readonly SpaceRanking[];
  /** By any word, best first. */
  readonly text: readonly RankedRow[];
  /** By rare words, best first; without it the ranking by any word counts as much as that by meaning. */
  readonly rare?: readonly RankedRow[];
}

function textParts(rows: readonly RankedRow[]): Map<number, RankPart> {
  return new Map(rows.map(({ row, score }, at): [number, RankPart] => [row, { rank: at + 1, score }]));
}

function reciprocal(part: RankPart | undefined): number {
  return part === undefined ? 0 : 1 / (RANK_OFFSET + part.rank);
}

/** Merges rankings by reciprocal rank, best first; where two are equal the better vector goes first, then the older row. */
export function mergeRanks({ spaces, text, rare }: Rankings): readonly MergedRow[] {
  const vectors = rankSpaces(spaces);
  const texts = textParts(text);
  const rares = textParts(rare ?? []);
  const textWeight = rare === undefined ? 1 : TEXT_WEIGHT;
  const rows = new Set([...vectors.keys(), ...texts.keys(), ...rares.keys()]);
  const merged = [...rows].map((row): MergedRow => {
    const vector = vectors.get(row);
    const words = texts.get(row);
    const few = rares.get(row);
    const parts = { ...(vector && { vector }), ...(words && { text: words }), ...(few && { rare: few }) };
    const score = reciprocal(vector) + textWeight * reciprocal(words) + RARE_WEIGHT * reciprocal(few);
    return { row, score, parts };
  });
  return merged.sort(
    (left, right) =>
      right.score - left.score ||
      (left.parts.vector?.rank ?? Infinity) - (right.parts.vector?.rank ?? Infinity) ||
      left.row - right.row,
  );
}
