import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';
import { isUnit } from '../../../kernel/embedding-vectors.ts';
import { spaceIdOf } from '../../../kernel/spaces/space-identity.ts';
import type { StoreDatabase } from '../../database/store-database.ts';

/** Vectors that are read at once. */
const BATCH_ROWS = 1_024;

/** A space whose record is not to be read, or is of another space. */
interface BrokenSpace {
  readonly id: number;
  /** The record it must have, where the two that are stored leave no doubt; undefined where it cannot stay. */
  readonly record?: EmbeddingSpace;
}

function parseSpace(record: string): EmbeddingSpace | undefined {
  try {
    const value = JSON.parse(record) as Partial<EmbeddingSpace> | null;
    if (typeof value !== 'object' || value === null) return undefined;
    const { spaceId, name, weights, pooling, queryPrefix, documentPrefix, quantization, dimensions } = value;
    const texts = [spaceId, name, weights, pooling, queryPrefix, documentPrefix, quantization];
    if (texts.some((each) => typeof each !== 'string') || typeof value.isNormalized !== 'boolean') return undefined;
    return Number.isInteger(dimensions) && dimensions! > 0 ? (value as EmbeddingSpace) : undefined;
  } catch {
    return undefined;
  }
}

/** Spaces that cannot be used as they are recorded. */
export function findBrokenSpaces({ prepare }: StoreDatabase): readonly BrokenSpace[] {
  const rows = prepare('SELECT id, space_id, record FROM spaces ORDER BY id').all() as {
    id: number;
    space_id: string;
    record: string;
  }[];
  return rows.flatMap(({ id, space_id: spaceId, record }) => {
    const space = parseSpace(record);
    if (space === undefined) return [{ id }];
    if (space.spaceId === spaceId) return [];
    // The id is made of the record, so that one of two that differ can be known to be right.
    const reckoned = spaceIdOf(space);
    const isClear = reckoned === spaceId || reckoned === space.spaceId;
    return [{ id, ...(isClear && { record: { ...space, spaceId: reckoned } }) }];
  });
}

function isUnitInBytes(bytes: Uint8Array): boolean {
  const vector = new Float32Array(bytes.byteLength / 4);
  new Uint8Array(vector.buffer).set(bytes);
  return isUnit(vector);
}

/** Rows of vectors that are not as long as their space says, or not of length 1, some vectors at a time. */
export function* findUnsoundVectors(
  { prepare }: StoreDatabase,
  spaces: ReadonlyMap<number, number>,
): Generator<readonly number[]> {
  for (let last = Number.MIN_SAFE_INTEGER; ;) {
    const sql = 'SELECT row, space, vector FROM vectors WHERE row > ? ORDER BY row LIMIT ?';
    const rows = prepare(sql).all(last, BATCH_ROWS) as { row: number; space: number; vector: Uint8Array }[];
    const final = rows.at(-1);
    if (final === undefined) return;
    last = final.row;
    // A row of an index is a whole number of 32 bits.
    const isSound = ({ row, space, vector }: (typeof rows)[number]): boolean =>
      row > 0 && row < 2 ** 32 && vector.byteLength === (spaces.get(space) ?? -1) * 4 && isUnitInBytes(vector);
    yield rows.filter((each) => !isSound(each)).map(({ row }) => row);
  }
}

/** Length of the vectors of each space that can be used, by its row. */
export function dimensionsOfSpaces({ prepare }: StoreDatabase): ReadonlyMap<number, number> {
  const rows = prepare('SELECT id, record FROM spaces').all() as { id: number; record: string }[];
  return new Map(rows.flatMap(({ id, record }) => [[id, parseSpace(record)?.dimensions ?? 0] as const]));
}
