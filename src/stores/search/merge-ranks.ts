import type { KnowledgePassage, RankPart } from '../../contracts/knowledge/knowledge-source.ts';

/** Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): first places do not outweigh everything. */
const RANK_OFFSET = 60;

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
  readonly spaces: readonly { readonly spaceId: string; readonly rows: readonly RankedRow[] }[];
  /** Best first. */
  readonly text: readonly RankedRow[];
}

/** The best place of each passage in any space: cosines of two spaces cannot be compared, places can. */
function bestVectorParts(spaces: Rankings['spaces']): Map<number, RankPart> {
  const parts = new Map<number, RankPart>();
  for (const { spaceId, rows } of spaces) {
    rows.forEach(({ row, score }, at) => {
      const known = parts.get(row);
      if (known === undefined || at + 1 < known.rank) parts.set(row, { rank: at + 1, score, spaceId });
    });
  }
  return parts;
}

function reciprocal(part: RankPart | undefined): number {
  return part === undefined ? 0 : 1 / (RANK_OFFSET + part.rank);
}

/** Merges rankings by reciprocal rank, best first; where two are equal the better vector goes first, then the older row. */
export function mergeRanks({ spaces, text }: Rankings): readonly MergedRow[] {
  const vectors = bestVectorParts(spaces);
  const texts = new Map(text.map(({ row, score }, at): [number, RankPart] => [row, { rank: at + 1, score }]));
  const rows = new Set([...vectors.keys(), ...texts.keys()]);
  const merged = [...rows].map((row): MergedRow => {
    const vector = vectors.get(row);
    const words = texts.get(row);
    const parts = { ...(vector && { vector }), ...(words && { text: words }) };
    return { row, score: reciprocal(vector) + reciprocal(words), parts };
  });
  return merged.sort(
    (left, right) =>
      right.score - left.score ||
      (left.parts.vector?.rank ?? Infinity) - (right.parts.vector?.rank ?? Infinity) ||
      left.row - right.row,
  );
}
