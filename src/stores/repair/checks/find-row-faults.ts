import { setImmediate as pause } from 'node:timers/promises';
import type { StoreDatabase } from '../../database/store-database.ts';
import { checkSources, findChangedTexts, parseSplitting } from './hash-checks.ts';
import type { SourceCheck } from './hash-checks.ts';
import { dimensionsOfSpaces, findBrokenSpaces, findUnsoundVectors } from './space-checks.ts';

/** Rows that are not what was written, found by reckoning every hash and length anew. */
export interface RowFaults {
  readonly texts: readonly number[];
  readonly sources: readonly SourceCheck[];
  readonly vectors: readonly number[];
  readonly spaces: ReturnType<typeof findBrokenSpaces>;
  /** Rows of splittings whose record cannot be read. */
  readonly splittings: readonly number[];
  /** Paths of sources that lost something to an earlier repair. */
  readonly incomplete: readonly string[];
}

/** Everything that is found, some at a time: other calls are answered between, and an abort is seen. */
async function gather<Found>(batches: Iterable<readonly Found[]>, signal: AbortSignal): Promise<readonly Found[]> {
  const all: Found[] = [];
  for (const batch of batches) {
    all.push(...batch);
    await pause();
    signal.throwIfAborted();
  }
  return all;
}

function findBrokenSplittings({ prepare }: StoreDatabase): readonly number[] {
  const rows = prepare('SELECT id, record FROM splittings').all() as { id: number; record: string }[];
  return rows.filter(({ record }) => parseSplitting(record) === undefined).map(({ id }) => id);
}

/** Reads every row of texts, sources, passages, spaces and vectors. */
export async function findRowFaults(database: StoreDatabase, signal: AbortSignal): Promise<RowFaults> {
  const spaces = findBrokenSpaces(database);
  const splittings = findBrokenSplittings(database);
  const texts = await gather(findChangedTexts(database), signal);
  const sources: SourceCheck[] = [];
  const incomplete: string[] = [];
  for (const batch of checkSources(database)) {
    sources.push(...batch.filter(({ isSound }) => !isSound));
    incomplete.push(...batch.filter(({ isIncomplete }) => isIncomplete).map(({ path }) => path));
    await pause();
    signal.throwIfAborted();
  }
  const vectors = await gather(findUnsoundVectors(database, dimensionsOfSpaces(database)), signal);
  return { texts, sources, vectors, spaces, splittings, incomplete };
}

/** One line for each kind of fault that there is. */
export function describeRowFaults(faults: RowFaults): readonly string[] {
  const lines: readonly (readonly [number, string])[] = [
    [faults.texts.length, 'texts are not what was stored'],
    [faults.sources.length, 'files do not fit their passages'],
    [faults.splittings.length, 'records of how files were cut cannot be read'],
    [faults.spaces.length, 'records of spaces cannot be read or are of another space'],
    [faults.vectors.length, 'vectors are not of the length of their space, or not of length 1'],
  ];
  return lines.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
}
