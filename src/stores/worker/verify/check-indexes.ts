import type { SpaceRow } from '../../database/space-rows.ts';
import { sampleVectors } from '../../database/sample-vectors.ts';
import type { IndexKeeper } from '../index-keeper.ts';
import type { StoreSession } from '../store-session.ts';

/** Rows of an index that are compared with the database. */
const SAMPLED_ROWS = 64;

/** A vector is as near to itself as numbers of 32 bits tell. */
const SAME_FROM = 0.9995;

/** How many of some rows the index does not hold with the vector that the database has. */
async function countMisfits(
  { database }: StoreSession,
  keeper: IndexKeeper,
  space: SpaceRow,
  signal: AbortSignal,
): Promise<number> {
  let misfits = 0;
  for (const { row, vector } of sampleVectors(database, space.id, SAMPLED_ROWS)) {
    const [hit] = await keeper.search({ vector, k: 1, allowed: Uint32Array.of(row) }, signal);
    if (hit?.row !== row || !(Math.abs(hit.score - 1) < 1 - SAME_FROM)) misfits += 1;
  }
  return misfits;
}

/** Loads every index that has a file, by count, and row by row for some where it is deep; makes anew what does not fit. */
export async function checkIndexes(
  session: StoreSession,
  isDeep: boolean,
  signal: AbortSignal,
): Promise<{ readonly rebuilt: readonly string[]; readonly notes: readonly string[] }> {
  const rebuilt: string[] = [];
  const notes: string[] = [];
  for (const space of session.savedSpaces()) {
    const { name } = space.space;
    const keeper = await session.keeper(space);
    const builds = keeper.builds;
    const rows = await keeper.ready(signal);
    const misfits = isDeep ? await countMisfits(session, keeper, space, signal) : 0;
    if (misfits > 0) await keeper.rebuild(signal);
    else if (keeper.builds !== builds) await keeper.save(signal);
    if (isDeep)
      notes.push(`index of ${name}: ${rows} rows, ${Math.min(rows, SAMPLED_ROWS)} of them with their vectors`);
    if (keeper.builds !== builds) rebuilt.push(`index of ${name}: its file was damaged or did not fit`);
  }
  return { rebuilt, notes };
}
