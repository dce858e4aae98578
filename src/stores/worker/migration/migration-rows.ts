import type { MigrationStatus, MigrationVerification } from '../../../contracts/knowledge/migration.ts';
import { InternalError } from '../../../contracts/errors/host-errors.ts';
import { countNeeded } from '../../database/needed-texts.ts';
import { listSpaces } from '../../database/space-rows.ts';
import type { SpaceRow } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import { countVectors } from '../../database/vector-rows.ts';

/** A migration as it stands in a store. */
export interface MigrationRow {
  readonly id: number;
  /** The space that was searched before; undefined where none was. */
  readonly source: SpaceRow | undefined;
  readonly target: SpaceRow;
  readonly state: MigrationStatus['state'] | 'pruning';
  readonly startedAt: number;
  readonly changedAt: number;
  readonly verification?: MigrationVerification;
}

type Row = {
  readonly id: number;
  readonly source: number | null;
  readonly target: number;
  readonly state: MigrationRow['state'];
  readonly started_at: number;
  readonly changed_at: number;
  readonly verification: string | null;
};

function toMigrationRow(database: StoreDatabase, row: Row): MigrationRow {
  const spaces = listSpaces(database);
  const { id, state, started_at: startedAt, changed_at: changedAt } = row;
  const target = spaces.find((space) => space.id === row.target);
  if (target === undefined) throw new InternalError(`migration ${id} in ${database.path} has lost its space`);
  const source = spaces.find((space) => space.id === row.source);
  const verification = row.verification !== null && {
    verification: JSON.parse(row.verification) as MigrationVerification,
  };
  return { id, source, target, state, startedAt, changedAt, ...verification };
}

/** The migration of an id. InternalError where there is none. */
export function readMigration(database: StoreDatabase, id: number): MigrationRow {
  const row = database.prepare('SELECT * FROM migrations WHERE id = ?').get(id) as Row | undefined;
  if (row === undefined) throw new InternalError(`the migration in ${database.path} was pruned meanwhile`);
  return toMigrationRow(database, row);
}

/** The last migration that was not pruned; undefined without one. */
export function lastMigration(database: StoreDatabase): MigrationRow | undefined {
  const row = database.prepare('SELECT * FROM migrations ORDER BY id DESC LIMIT 1').get() as Row | undefined;
  return row && toMigrationRow(database, row);
}

/** Records how a migration stands from now on. Inside a transaction. */
export function setState(database: StoreDatabase, id: number, state: MigrationStatus['state']): void {
  database.prepare('UPDATE migrations SET state = ?, changed_at = ? WHERE id = ?').run(state, Date.now(), id);
}

/** The space that is searched; undefined where nothing is embedded yet. */
export function primaryOf(database: StoreDatabase): SpaceRow | undefined {
  return listSpaces(database).find(({ role }) => role === 'primary');
}

/** Spaces that are not searched: those that were left and one that is filled. */
export function prunableSpaces(database: StoreDatabase): readonly SpaceRow[] {
  return listSpaces(database).filter(({ role }) => role === 'former' || role === 'target');
}

/** As `StoreMigrations.status`. */
export function migrationStatus(database: StoreDatabase): MigrationStatus | null {
  const row = lastMigration(database);
  if (row === undefined || row.state === 'pruning') return null;
  const { source, target, state, startedAt, changedAt, verification } = row;
  const oldVectors = prunableSpaces(database).reduce((sum, { id }) => sum + countVectors(database, id), 0);
  const from = source && { from: source.space };
  const found = verification && { verification };
  const counts = countNeeded(database, target.id);
  return { ...from, to: target.space, state, ...counts, startedAt, changedAt, oldVectors, ...found };
}
