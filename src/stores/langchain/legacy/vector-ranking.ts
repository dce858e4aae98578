import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SpaceBoundEmbeddings } from '../../../contracts/models/embedding-model.ts';
import type { RankedRow } from '../../search/merge-ranks.ts';
import type { LangChainFolder } from '../folder/read-langchain.ts';
import { spaceOfFolder, type SpaceCertainty } from '../import-langchain.ts';

/** Vectors that are compared before others get a turn. */
const VECTORS_A_TURN = 500;

/** Asks for the model that is configured; rejects where there is none. */
export type AskModel = (signal: AbortSignal) => Promise<SpaceBoundEmbeddings>;

/** The vectors of a folder and the model they are of. */
export interface VectorRanking {
  readonly embeddings: SpaceBoundEmbeddings;
  readonly certainty: SpaceCertainty;
  /** Something to tell of it. */
  readonly fault?: string;
  search(
    query: Float32Array,
    limit: number,
    isAllowed: (number: number) => boolean,
    signal: AbortSignal,
  ): Promise<readonly RankedRow[]>;
}

function scanOver(vectors: ReadonlyMap<number, Float32Array>): VectorRanking['search'] {
  return async (query, limit, isAllowed, signal) => {
    const ranked: RankedRow[] = [];
    let seen = 0;
    for (const [row, vector] of vectors) {
      if ((seen += 1) % VECTORS_A_TURN === 0) await nextTurn(undefined, { signal });
      if (!isAllowed(row)) continue;
      let score = 0;
      for (let place = 0; place < query.length; place += 1) score += query[place]! * vector[place]!;
      ranked.push({ row, score });
    }
    return ranked.sort((left, right) => right.score - left.score || left.row - right.row).slice(0, limit);
  };
}

/** The vectors of a folder, where the model that is configured is found to be theirs; else one line that says why not. */
export async function vectorRankingOf(
  folder: LangChainFolder,
  model: AskModel,
  signal: AbortSignal,
): Promise<VectorRanking | string> {
  let embeddings: SpaceBoundEmbeddings;
  try {
    embeddings = await model(signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return `no embedding model can be asked (${error instanceof Error ? error.message : String(error)}): searched by words only`;
  }
  const { space, certainty, fault } = await spaceOfFolder(folder, embeddings, signal);
  if (space?.spaceId !== embeddings.space.spaceId || certainty === undefined) {
    return `${fault ?? `the vectors are of ${space?.name ?? 'no model'}, which is not configured`}: searched by words only`;
  }
  const vectors = new Map<number, Float32Array>();
  for (const [number, { row }] of folder.documents.entries()) {
    if (row !== undefined) vectors.set(number, await folder.vector(row));
  }
  return { embeddings, certainty, ...(fault !== undefined && { fault }), search: scanOver(vectors) };
}
