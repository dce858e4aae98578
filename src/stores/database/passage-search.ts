import type { KnowledgeFilter, KnowledgePassage } from '../../contracts/knowledge/knowledge-source.ts';
import { joinContext } from '../search/join-context.ts';
import type { MergedRow, RankedRow } from '../search/merge-ranks.ts';
import { matchAny } from '../search/text-query.ts';
import { sourceConditions } from '../search/source-conditions.ts';
import { readChunks, readPassage } from './source-reader.ts';
import type { StoreDatabase } from './store-database.ts';

/** Weights of the columns text, headings and path: the text holds its headings too, so that they count twice. */
const COLUMN_WEIGHTS = '1.0, 0.5, 0.5';

/** Passages that hold any of the words, by BM25, best first; higher is better. */
export function searchText(
  database: StoreDatabase,
  words: readonly string[],
  options: { readonly limit: number; readonly filter?: KnowledgeFilter },
): readonly RankedRow[] {
  if (words.length === 0) return [];
  const { sql, values } = sourceConditions(options.filter);
  const join =
    sql === ''
      ? ''
      : `JOIN chunks ON chunks.row = passages.rowid JOIN sources ON sources.id = chunks.source AND ${sql}`;
  const rows = database
    .prepare(
      `SELECT passages.rowid AS row, bm25(passages, ${COLUMN_WEIGHTS}) AS score FROM passages ${join}
       WHERE passages MATCH ? ORDER BY score, row LIMIT ?`,
    )
    .all(...values, matchAny(words), options.limit) as { row: number; score: number }[];
  return rows.map(({ row, score }) => ({ row, score: -score }));
}

/** Passages that may hold a word for it to be rare: one in so many, and never fewer than these. */
const RARE_SHARE = 1000;
const RARE_AT_LEAST = 2;

/** The words that at most one passage in a thousand holds; such a word names what is asked for. */
export function rareWords(database: StoreDatabase, words: readonly string[]): readonly string[] {
  const count = database.prepare('SELECT count(*) AS n FROM chunks').get()?.['n'] as number;
  const limit = Math.max(RARE_AT_LEAST, Math.floor(count / RARE_SHARE));
  const holding = database.prepare('SELECT count(*) AS n FROM (SELECT 1 FROM passages WHERE passages MATCH ? LIMIT ?)');
  return words.filter((word) => (holding.get(matchAny([word]), limit + 1)?.['n'] as number) <= limit);
}

/** Rows of the vectors of a space that a filter allows; undefined when it allows all. */
export function allowedRows(
  database: StoreDatabase,
  space: number,
  filter: KnowledgeFilter | undefined,
): Uint32Array | undefined {
  const { sql, values } = sourceConditions(filter);
  if (sql === '') return undefined;
  const rows = database
    .prepare(
      `SELECT DISTINCT vectors.row AS row FROM sources JOIN chunks ON chunks.source = sources.id
       JOIN vectors ON vectors.text = chunks.text AND vectors.space = ? WHERE ${sql}`,
    )
    .all(space, ...values) as { row: number }[];
  return Uint32Array.from(rows, ({ row }) => row);
}

/** The passages that have the text of a vector, as a filter allows, in the order of their sources. */
export function passagesOfVector(
  database: StoreDatabase,
  vectorRow: number,
  filter: KnowledgeFilter | undefined,
): readonly number[] {
  const { sql, values } = sourceConditions(filter);
  const rows = database
    .prepare(
      `SELECT chunks.row AS row FROM vectors JOIN chunks ON chunks.text = vectors.text
       JOIN sources ON sources.id = chunks.source WHERE vectors.row = ? ${sql === '' ? '' : `AND ${sql}`}
       ORDER BY sources.path, chunks.ordinal`,
    )
    .all(vectorRow, ...values) as { row: number }[];
  return rows.map(({ row }) => row);
}

/** Passages of merged rows with their neighbours, in the same order; what vanished meanwhile is left out. */
export function toPassages(
  database: StoreDatabase,
  merged: readonly MergedRow[],
  neighbours: number,
): readonly KnowledgePassage[] {
  return merged.flatMap(({ row, score, parts }) => {
    const found = readPassage(database, row);
    if (found === undefined) return [];
    const { source, path, sha256: sourceSha256, mediaType, modifiedAt, chunkId, chunk } = found;
    const { ordinal } = chunk;
    const around =
      neighbours === 0
        ? [chunk]
        : readChunks(database, source, { from: ordinal - neighbours, to: ordinal + neighbours });
    const context = joinContext(around);
    return [{ chunkId, path, sourceSha256, mediaType, modifiedAt, chunk, context, score, parts }];
  });
}
