import { setImmediate } from 'node:timers/promises';
import type { MigrationVerification } from '../../../contracts/knowledge/migration.ts';
import { isUnit } from '../../../kernel/embedding-vectors.ts';
import { countMissing, neededBy } from '../../database/needed-texts.ts';
import type { SpaceRow } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import { countVectors, readVectors } from '../../database/vector-rows.ts';
import type { StoreSession } from '../store-session.ts';
import { readMigration } from './migration-rows.ts';
import { chooseAtRandom } from './choose-at-random.ts';

const SAMPLE = 100;
const NEAREST = 10;

/** Scores this near are equal: the same vector may be summed in another order. */
const SCORE_TOLERANCE = 1e-5;

/** Vectors of a space that are not of its length, not finite or not of length 1. */
async function countUnsound(database: StoreDatabase, row: SpaceRow, signal: AbortSignal): Promise<number> {
  const { dimensions } = row.space;
  const sql = 'SELECT count(*) AS n FROM vectors WHERE space = ? AND length(vector) <> ?';
  let unsound = database.prepare(sql).get(row.id, dimensions * 4)?.['n'] as number;
  if (unsound > 0) return unsound;
  for (const { vectors, rows } of readVectors(database, row, { after: -1, upTo: Number.MAX_SAFE_INTEGER })) {
    rows.forEach((_, at) => {
      if (!isUnit(vectors.subarray(at * dimensions, (at + 1) * dimensions))) unsound += 1;
    });
    await setImmediate();
    signal.throwIfAborted();
  }
  return unsound;
}

interface Sampled {
  readonly row: number;
  readonly text: number;
  readonly vector: Float32Array;
}

function sample(database: StoreDatabase, space: number, seed: number): readonly Sampled[] {
  const rows = database
    .prepare(
      `SELECT vectors.row AS row FROM vectors JOIN texts ON texts.id = vectors.text
       WHERE vectors.space = ? AND ${neededBy(space)} ORDER BY texts.hash`,
    )
    .all(space) as { row: number }[];
  const read = database.prepare('SELECT row, text, vector FROM vectors WHERE row = ?');
  return chooseAtRandom(rows, SAMPLE, seed).map(({ row }) => {
    const found = read.get(row) as { row: number; text: number; vector: Uint8Array };
    return { ...found, vector: new Float32Array(found.vector.slice().buffer) };
  });
}

/** The texts that are nearest to a vector in a space, best first, and the score of each. */
async function nearestTexts(
  session: StoreSession,
  { space, vector, k }: { readonly space: SpaceRow; readonly vector: Float32Array; readonly k: number },
  signal: AbortSignal,
): Promise<readonly { readonly text: number; readonly score: number }[]> {
  const hits = await (await session.keeper(space)).search({ vector, k }, signal);
  const read = session.database.prepare('SELECT text FROM vectors WHERE row = ?');
  return hits.flatMap(({ row, score }) => {
    const found = read.get(row);
    return found === undefined ? [] : [{ text: found['text'] as number, score }];
  });
}

function overlapOf(one: readonly number[], other: readonly number[]): number {
  const known = new Set(other);
  const wanted = Math.min(NEAREST, Math.max(one.length, other.length));
  return wanted === 0 ? 1 : one.filter((text) => known.has(text)).length / wanted;
}

interface Found {
  readonly isFirst: boolean;
  readonly overlap: number | undefined;
}

async function lookFor(
  session: StoreSession,
  sampled: Sampled,
  spaces: { readonly source: SpaceRow | undefined; readonly target: SpaceRow },
  signal: AbortSignal,
): Promise<Found> {
  const { text, vector } = sampled;
  const k = NEAREST + 1;
  const hits = await nearestTexts(session, { space: spaces.target, vector, k }, signal);
  const best = hits[0]?.score ?? 0;
  // Where more texts than were asked for are equal, any of them is first.
  const isFirst = hits.some((hit) => hit.text === text && hit.score >= best - SCORE_TOLERANCE);
  const isDrowned = hits.length === k && hits.every(({ score }) => score >= 1 - SCORE_TOLERANCE);
  const { source } = spaces;
  const sql = 'SELECT vector FROM vectors WHERE text = ? AND space = ?';
  const old = source && session.database.prepare(sql).get(text, source.id)?.['vector'];
  if (source === undefined || old === undefined) return { isFirst: isFirst || isDrowned, overlap: undefined };
  const oldVector = new Float32Array((old as Uint8Array).slice().buffer);
  const before = await nearestTexts(session, { space: source, vector: oldVector, k }, signal);
  const others = (list: typeof hits): number[] =>
    list.flatMap((hit) => (hit.text === text ? [] : [hit.text])).slice(0, NEAREST);
  return { isFirst: isFirst || isDrowned, overlap: overlapOf(others(hits), others(before)) };
}

/** Checks a filled space: counts, numbers, and a sample that must find itself. */
export async function verifyTarget(
  session: StoreSession,
  id: number,
  signal: AbortSignal,
): Promise<MigrationVerification> {
  const { database } = session;
  const { source, target } = readMigration(database, id);
  const vectors = countVectors(database, target.id);
  const missing = countMissing(database, target.id);
  const unsound = await countUnsound(database, target, signal);
  const faults: string[] = [];
  if (missing > 0) faults.push(`${missing} texts have no vector in the new space`);
  if (unsound > 0) faults.push(`${unsound} of ${vectors} vectors are not of length 1 or not of their dimensions`);
  // An index of vectors that are none would fail, and say less.
  const chosen = unsound > 0 ? [] : sample(database, target.id, id);
  const found: Found[] = [];
  for (const each of chosen) found.push(await lookFor(session, each, { source, target }, signal));
  const foundFirst = found.filter(({ isFirst }) => isFirst).length;
  if (foundFirst < chosen.length) {
    faults.push(`${chosen.length - foundFirst} of ${chosen.length} passages are not found first by their own vector`);
  }
  const overlaps = found.flatMap(({ overlap }) => overlap ?? []);
  const mean = overlaps.reduce((sum, each) => sum + each, 0) / overlaps.length;
  const overlapAt10 = overlaps.length > 0 && { overlapAt10: mean };
  return {
    isSound: faults.length === 0,
    faults,
    vectors,
    sampled: chosen.length,
    foundFirst,
    ...overlapAt10,
    questions: [],
  };
}

/** Share of the ten nearest that a question has in common in both spaces. */
export async function compareAnswers(
  session: StoreSession,
  input: { readonly migration: number; readonly old: Float32Array; readonly new: Float32Array },
  signal: AbortSignal,
): Promise<number> {
  const { source, target } = readMigration(session.database, input.migration);
  if (source === undefined) return 0;
  const before = await nearestTexts(session, { space: source, vector: input.old, k: NEAREST }, signal);
  const after = await nearestTexts(session, { space: target, vector: input.new, k: NEAREST }, signal);
  const textsOf = (hits: typeof before): number[] => hits.map(({ text }) => text);
  return overlapOf(textsOf(before), textsOf(after));
}
