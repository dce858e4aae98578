import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import type { SpaceStats } from '../../contracts/knowledge/knowledge-store.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { StoreDatabase } from './store-database.ts';

/** A space as it stands in a store. */
export interface SpaceRow {
  readonly id: number;
  readonly space: EmbeddingSpace;
  readonly role: SpaceStats['role'];
  readonly driver: string;
  readonly isInferred: boolean;
}

const SELECT = 'SELECT id, space_id, record, role, driver, is_inferred FROM spaces';

type Row = {
  readonly id: number;
  readonly record: string;
  readonly role: SpaceStats['role'];
  readonly driver: string;
  readonly is_inferred: number;
};

function toSpaceRow({ id, record, role, driver, is_inferred: inferred }: Row): SpaceRow {
  return { id, space: JSON.parse(record) as EmbeddingSpace, role, driver, isInferred: inferred === 1 };
}

/** What makes the record of a space; the name is for people. */
function identityOf(space: EmbeddingSpace): string {
  const { weights, dimensions, pooling, isNormalized, queryPrefix, documentPrefix, quantization } = space;
  return JSON.stringify([weights, dimensions, pooling, isNormalized, queryPrefix, documentPrefix, quantization]);
}

/** Every space of the store, the first one first. */
export function listSpaces(database: StoreDatabase): readonly SpaceRow[] {
  return (database.prepare(`${SELECT} ORDER BY id`).all() as Row[]).map(toSpaceRow);
}

/** The space of an id; undefined when the store has none of it. E_STORE_MISMATCH when its record is another. */
export function findSpace(database: StoreDatabase, space: EmbeddingSpace): SpaceRow | undefined {
  const row = database.prepare(`${SELECT} WHERE space_id = ?`).get(space.spaceId) as Row | undefined;
  if (row === undefined) return undefined;
  const known = toSpaceRow(row);
  if (identityOf(known.space) === identityOf(space)) return known;
  const message = `${database.path} knows the space ${space.spaceId} with another record (${known.space.name}, ${known.space.dimensions} dimensions) than the configured model (${space.name}, ${space.dimensions}): ingest into a new store`;
  throw new StoreError('E_STORE_MISMATCH', message, { location: database.path });
}

/** The space, made when the store has none of it; the first of a store is its primary one. Inside a transaction. */
export function ensureSpace(database: StoreDatabase, space: EmbeddingSpace, isInferred = false): SpaceRow {
  const known = findSpace(database, space);
  if (known !== undefined) return known;
  const role = listSpaces(database).some((each) => each.role === 'primary') ? 'fallback' : 'primary';
  database
    .prepare('INSERT INTO spaces (space_id, record, role, driver, is_inferred) VALUES (?, ?, ?, ?, ?)')
    .run(space.spaceId, JSON.stringify(space), role, 'exact', isInferred ? 1 : 0);
  return findSpace(database, space)!;
}

/** Makes a space the primary one; every other is a former one from then on. Inside a transaction. */
export function makePrimary(database: StoreDatabase, id: number): void {
  database.prepare(`UPDATE spaces SET role = CASE WHEN id = ? THEN 'primary' ELSE 'former' END`).run(id);
}

/** Records the driver of the index of a space. */
export function recordDriver(database: StoreDatabase, id: number, driver: string): void {
  // Read first: a statement that writes waits for other writers even when it changes nothing.
  const known = database.prepare('SELECT driver FROM spaces WHERE id = ?').get(id)?.['driver'];
  if (known !== driver) database.prepare('UPDATE spaces SET driver = ? WHERE id = ?').run(driver, id);
}
