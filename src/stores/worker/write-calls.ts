import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import { InternalError } from '../../contracts/errors/host-errors.ts';
import { isStored, prepareSource, removeSource, touchSource, writeSource } from '../database/source-writer.ts';
import type { PreparedSource } from '../database/source-writer.ts';
import { ensureSpace, findSpace, listSpaces } from '../database/space-rows.ts';
import type { NewSpace, SpaceRow } from '../database/space-rows.ts';
import { insertVector, toStoredVector } from '../database/vector-rows.ts';
import type { StagedPlace, StoreCalls } from '../link/store-calls.ts';
import type { StoreSession } from './store-session.ts';
import { beginRemoval, endRemoval } from './unfinished-removal.ts';

function spaceRow({ database }: StoreSession, space: EmbeddingSpace, made: NewSpace): SpaceRow {
  const known = findSpace(database, space);
  // What stands may have to become the primary one, but what is that already needs no transaction.
  if (known !== undefined && (known.role !== 'fallback' || made.isFallback === true)) return known;
  return database.transaction(() => ensureSpace(database, space, made));
}

/** In the space, or for a fallback in the store's own as well. */
function hasVector({ database }: StoreSession, spaces: readonly number[], textHash: string): boolean {
  const sql = 'SELECT 1 FROM texts JOIN vectors ON vectors.text = texts.id AND vectors.space = ? WHERE hash = ?';
  return spaces.some((space) => database.prepare(sql).get(space, textHash) !== undefined);
}

function findMissing(
  session: StoreSession,
  prepared: readonly PreparedSource[],
  spaces: readonly number[],
): { readonly places: readonly StagedPlace[]; readonly hashes: readonly string[]; readonly reused: number } {
  const seen = new Set<string>();
  const places: StagedPlace[] = [];
  const hashes: string[] = [];
  prepared.forEach(({ chunks }, source) => {
    chunks.forEach(({ textHash }, chunk) => {
      if (seen.has(textHash)) return;
      seen.add(textHash);
      if (hasVector(session, spaces, textHash)) return;
      places.push({ source, chunk });
      hashes.push(textHash);
    });
  });
  return { places, hashes, reused: seen.size - hashes.length };
}

function primaryOf({ database }: StoreSession): readonly number[] {
  return listSpaces(database).flatMap(({ id, role }) => (role === 'primary' ? [id] : []));
}

/** Hashes sources and tells which texts have no vector yet. */
export function stage(
  session: StoreSession,
  { sources, space, isInferred, isFallback }: StoreCalls['stage']['input'],
): StoreCalls['stage']['output'] {
  const prepared = sources.map(prepareSource);
  if (space === undefined) {
    session.staged = { prepared, space: undefined, missing: [] };
    return { missing: [], reused: 0 };
  }
  const { id } = spaceRow(session, space, { isInferred, isFallback });
  const spaces = isFallback === true ? [id, ...primaryOf(session)] : [id];
  const { places, hashes, reused } = findMissing(session, prepared, spaces);
  session.staged = { prepared, space: id, missing: hashes };
  return { missing: places, reused };
}

/** The vectors of texts by hash, checked and at length 1. */
function vectorsByHash(session: StoreSession, vectors: Float32Array): Map<string, Uint8Array> {
  const { staged, database } = session;
  const row = staged?.space === undefined ? undefined : findSpaceById(session, staged.space);
  const byHash = new Map<string, Uint8Array>();
  if (staged === undefined || row === undefined) return byHash;
  const { dimensions } = row.space;
  // Fewer vectors than texts come when the embedding of the later ones failed.
  staged.missing.slice(0, vectors.length / dimensions).forEach((hash, at) => {
    byHash.set(hash, toStoredVector(vectors.subarray(at * dimensions, (at + 1) * dimensions), row, database.path));
  });
  return byHash;
}

function findSpaceById({ database }: StoreSession, id: number): SpaceRow | undefined {
  const record = database.prepare('SELECT record FROM spaces WHERE id = ?').get(id)?.['record'];
  return typeof record === 'string' ? findSpace(database, JSON.parse(record) as EmbeddingSpace) : undefined;
}

/** Writes the first of what was staged, one transaction a source. */
export function commit(session: StoreSession, { vectors, count }: StoreCalls['commit']['input']): null {
  const { staged, database } = session;
  if (staged === undefined) throw new InternalError('nothing was staged before a commit');
  const byHash = vectorsByHash(session, vectors);
  const { space } = staged;
  for (const prepared of staged.prepared.slice(0, count)) {
    const isNew = !isStored(database, prepared);
    const fills = prepared.chunks.some(({ textHash }) => byHash.has(textHash));
    if (!isNew && !fills) touchSource(database, prepared.source);
    else {
      const found = space === undefined ? undefined : { space, vectorOf: (hash: string) => byHash.get(hash) };
      writeSource(database, prepared, found);
    }
  }
  session.staged = undefined;
  return null;
}

/** Brings index files and the log of writes up to what was removed; a file that cannot be is removed itself. */
async function clearTraces(session: StoreSession, signal: AbortSignal): Promise<void> {
  for (const space of session.savedSpaces()) {
    try {
      const keeper = await session.keeper(space);
      await keeper.ready(signal);
      await keeper.save(signal);
    } catch {
      // Whatever it is, a full disk or an abort: no file may keep what was removed, and an index can be made anew.
      session.dropSaved(space);
    }
  }
  endRemoval(session.database);
  session.database.emptyLog();
}

/** Removes sources; what was removed is then neither in the log of writes nor in an index file. */
export async function remove(
  session: StoreSession,
  { paths }: StoreCalls['remove']['input'],
  signal: AbortSignal,
): Promise<{ readonly removed: number }> {
  const { database } = session;
  let removed = 0;
  beginRemoval(database);
  try {
    for (const path of paths) {
      signal.throwIfAborted();
      if (removeSource(database, path)) removed += 1;
    }
  } finally {
    if (removed > 0) await clearTraces(session, signal);
    else endRemoval(database);
  }
  return { removed };
}

/** Stores vectors of texts that are there, in one transaction; a text that vanished meanwhile is left out. */
export function fill(session: StoreSession, input: StoreCalls['fill']['input']): null {
  const { space, ids, vectors, isFallback } = input;
  const { database } = session;
  const row = spaceRow(session, space, { isFallback });
  const { dimensions } = row.space;
  database.transaction(() => {
    const change = database.nextChange();
    ids.forEach((text, at) => {
      const vector = vectors.subarray(at * dimensions, (at + 1) * dimensions);
      if (database.prepare('SELECT 1 FROM texts WHERE id = ?').get(text) === undefined) return;
      insertVector(database, { space: row.id, text, change, vector: toStoredVector(vector, row, database.path) });
    });
  });
  return null;
}
