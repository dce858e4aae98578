import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RankedRow } from '../search/merge-ranks.ts';
import { mergeRanks } from '../search/merge-ranks.ts';
import { backgroundOf } from '../search/rank-spaces.ts';
import type { SpaceRanking } from '../search/rank-spaces.ts';
import { textQueryOf } from '../search/text-query.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { Splitting } from '../../contracts/knowledge/knowledge-source.ts';
import { countMissing, neededBy } from '../database/needed-texts.ts';
import { allowedRows, passagesOfVector, rareWords, searchText, toPassages } from '../database/passage-search.ts';
import { listServed } from '../database/served-rows.ts';
import { findSpace, listSpaces } from '../database/space-rows.ts';
import type { SpaceRow } from '../database/space-rows.ts';
import { countVectors } from '../database/vector-rows.ts';
import type { StoreCalls } from '../link/store-calls.ts';
import type { StoreSession } from './store-session.ts';
import { unitVector } from '../../kernel/embedding-vectors.ts';

/** Places of each ranking that are merged: what is lower than this in both is not among the first of the merged. */
const CANDIDATES = 64;

/** Spaces that have vectors. */
export function searchable({ database }: StoreSession): StoreCalls['searchable']['output'] {
  return listSpaces(database)
    .map(({ id, space, role }) => ({ space, role, vectors: countVectors(database, id) }))
    .filter(({ vectors }) => vectors > 0);
}

interface SpaceSearch {
  readonly space: SpaceRow;
  readonly vector: Float32Array;
  readonly limit: number;
}

async function searchSpace(
  session: StoreSession,
  { space, vector, limit }: SpaceSearch,
  { query }: StoreCalls['search']['input'],
  signal: AbortSignal,
): Promise<readonly RankedRow[]> {
  const { database } = session;
  const allowed = allowedRows(database, space.id, query.filter);
  const keeper = await session.keeper(space);
  const hits = await keeper.search({ vector, k: limit, ...(allowed && { allowed }) }, signal);
  return hits.flatMap(({ row, score }) =>
    passagesOfVector(database, row, query.filter).map((passage) => ({ row: passage, score })),
  );
}

/** A vector of another length is of another space, whatever is said of it. */
function requireLength({ database }: StoreSession, { space }: SpaceRow, { length }: Float32Array): void {
  if (length === space.dimensions) return;
  const message = `the question has a vector ${length} long, and ${space.name} has ${space.dimensions} numbers (${database.path})`;
  throw new StoreError('E_STORE_MISMATCH', message, { location: database.path });
}

function backgroundIn({ database }: StoreSession, { space, vector }: SpaceSearch): number {
  const own = listServed(database, space.id).find(({ isAccepted }) => !isAccepted);
  return own === undefined ? 0 : backgroundOf(vector, own.canaries);
}

async function searchSpaces(
  session: StoreSession,
  input: StoreCalls['search']['input'],
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly spaces: SpaceRanking[]; readonly notices: string[] }> {
  const spaces: SpaceRanking[] = [];
  const notices: string[] = [];
  const known = listSpaces(session.database);
  for (const { spaceId, vector } of input.vectors) {
    const space = known.find((each) => each.space.spaceId === spaceId);
    if (space === undefined) continue;
    requireLength(session, space, vector);
    const wanted = { space, vector: unitVector(vector), limit };
    const background = input.vectors.length < 2 ? 0 : backgroundIn(session, wanted);
    try {
      const rows = await searchSpace(session, wanted, input, signal);
      spaces.push({ spaceId, rows, background });
    } catch (error) {
      // The driver is another program's code: whatever it throws, the scan that needs nothing takes its place.
      if (signal.aborted || !(await session.fallBack(space))) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      notices.push(
        `the vector index failed (${reason}): every vector is compared instead; \`projects verify\` rebuilds it`,
      );
      const rows = await searchSpace(session, wanted, input, signal);
      spaces.push({ spaceId, rows, background });
    }
  }
  return { spaces, notices };
}

/** Searches vectors and full text and merges them by rank. */
export async function search(
  session: StoreSession,
  input: StoreCalls['search']['input'],
  signal: AbortSignal,
): Promise<StoreCalls['search']['output']> {
  const { database } = session;
  const { query } = input;
  const limit = Math.max(CANDIDATES, query.k * 4);
  const { spaces, notices } = await searchSpaces(session, input, limit, signal);
  const { words, leftOut } = textQueryOf(query.text);
  const isText = query.mode !== 'vector';
  if (isText && leftOut > 0)
    notices.push(`the question has many words: ${leftOut} of them were not looked up in the full text`);
  const filter = query.filter && { filter: query.filter };
  const text = isText ? searchText(database, words, { limit, ...filter }) : [];
  const few = isText ? rareWords(database, words) : [];
  // Where every word is rare, as in a small store, the two rankings are one.
  const rare = few.length === words.length ? text : searchText(database, few, { limit, ...filter });
  const merged = mergeRanks({ spaces, text, rare }).slice(0, query.k);
  return { passages: toPassages(database, merged, query.neighbours ?? 0), notices };
}

/** Every splitting of the sources there are. */
export function splittings({ database }: StoreSession): readonly Splitting[] {
  const rows = database.prepare('SELECT record FROM splittings WHERE id IN (SELECT splitting FROM sources)').all() as {
    record: string;
  }[];
  return rows.map(({ record }) => JSON.parse(record) as Splitting);
}

/** Texts that have no vector in a space, after a text. */
export function missing(
  { database }: StoreSession,
  { space, after, limit, isFallback = false }: StoreCalls['missing']['input'],
): StoreCalls['missing']['output'] {
  const id = findSpace(database, space)?.id ?? 0;
  const own = isFallback ? "OR space IN (SELECT id FROM spaces WHERE role = 'primary')" : '';
  const without = `FROM texts WHERE ${neededBy(id)}
    AND NOT EXISTS (SELECT 1 FROM vectors WHERE vectors.text = texts.id AND (space = ? ${own}))`;
  const total = database.prepare(`SELECT count(*) AS n ${without}`).get(id)?.['n'] as number;
  const rows = database.prepare(`SELECT id, text ${without} AND id > ? ORDER BY id LIMIT ?`).all(id, after, limit) as {
    id: number;
    text: string;
  }[];
  return { total, ids: rows.map((row) => row.id), texts: rows.map(({ text }) => text) };
}

function bytesIn(directory: string): number {
  if (!existsSync(directory)) return 0;
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    // A file may vanish between the two looks.
    if (entry.isFile()) bytes += statSync(join(directory, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Counts of the store. */
export function stats(session: StoreSession): StoreCalls['stats']['output'] {
  const { database, request } = session;
  const count = (table: string): number =>
    database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'] as number;
  const texts = count('texts');
  // Where nothing is cut otherwise for any space, all texts are needed in each.
  const isParked = count('parked_chunks') > 0;
  const spaces = listSpaces(database).map(({ id, space, role, driver, isInferred }) => {
    const vectors = countVectors(database, id);
    return {
      space,
      vectors,
      role,
      missing: isParked ? countMissing(database, id) : texts - vectors,
      index: driver,
      isInferred,
    };
  });
  const bytes = bytesIn(request.location) + bytesIn(session.indexDirectory);
  return { sources: count('sources'), chunks: count('chunks'), texts, spaces, bytes };
}
