import { UsageError } from '../../../contracts/errors/host-errors.ts';
import { StoreError } from '../../../contracts/errors/resource-errors.ts';
import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';
import { ensureSpace } from '../../database/space-rows.ts';
import type { StoreDatabase } from '../../database/store-database.ts';
import type { OpenMigration } from '../../link/calls/migration-calls.ts';
import { mendingCommand } from '../../spaces/mending-command.ts';
import type { StoreSession } from '../store-session.ts';
import { lastMigration, primaryOf, setState } from './migration-rows.ts';
import type { MigrationRow } from './migration-rows.ts';

function refuseOther(last: MigrationRow | undefined, to: EmbeddingSpace, { request }: StoreSession): void {
  if (last === undefined || (last.state !== 'filling' && last.state !== 'paused')) return;
  const { space } = last.target;
  if (space.spaceId === to.spaceId) return;
  const message = `the store at ${request.location} is on its way to ${space.name} (${space.dimensions} dimensions): ${mendingCommand(request, 'migrate', ` --to ${space.name}`)} finishes that, ${mendingCommand(request, 'prune')} drops what was filled; then go to ${to.name}`;
  throw new StoreError('E_MIGRATION', message, { location: request.location });
}

/** Begins a migration to the space or goes on with one; null where the space is the searched one. In one transaction. */
export function beginMigration(session: StoreSession, space: EmbeddingSpace): OpenMigration | null {
  const { database } = session;
  return database.transaction(() => {
    const last = lastMigration(database);
    refuseOther(last, space, session);
    const primary = primaryOf(database);
    if (primary?.space.spaceId === space.spaceId) return null;
    const from = primary && { from: primary.space };
    const target = ensureSpace(database, space, { isFallback: true });
    if (last !== undefined && last.state !== 'switched' && last.target.id === target.id) {
      database.prepare('UPDATE migrations SET source = ? WHERE id = ?').run(primary?.id ?? null, last.id);
      if (last.state !== 'filling') setState(database, last.id, 'filling');
      return { id: last.id, ...from, to: space };
    }
    const { lastInsertRowid } = database
      .prepare("INSERT INTO migrations (source, target, state, started_at, changed_at) VALUES (?, ?, 'filling', ?, ?)")
      .run(primary?.id ?? null, target.id, Date.now(), Date.now());
    return { id: Number(lastInsertRowid), ...from, to: space };
  });
}

/** Asks who fills to stop after its batch. UsageError where nobody fills. */
export function pauseMigration(database: StoreDatabase): null {
  return database.transaction(() => {
    const last = lastMigration(database);
    if (last?.state !== 'filling' && last?.state !== 'paused') {
      throw new UsageError(`no migration fills the store at ${database.path}: there is nothing to pause`);
    }
    if (last.state === 'filling') setState(database, last.id, 'paused');
    return null;
  });
}
