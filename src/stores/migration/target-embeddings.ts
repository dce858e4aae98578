import type { MigrationTarget } from '../../contracts/knowledge/migration.ts';
import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { ConfigError, UsageError } from '../../contracts/errors/host-errors.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { ownerOf } from '../store-owner.ts';
import type { StorePorts } from '../store-ports.ts';

/** Ports of a migration. */
export type MigrationPorts = Pick<
  StorePorts,
  'purpose' | 'name' | 'location' | 'link' | 'environment' | 'canaries' | 'inTurn' | 'useIndexes'
>;

/**
 * The embeddings that a store is to move to. E_MIGRATION where only a stand-in answers, NoRouteError where nothing does,
 * ConfigError where the purpose is off or the model cannot be cut to the length.
 */
export async function targetEmbeddings(
  { purpose, name, location, environment }: MigrationPorts,
  { model, dimensions }: MigrationTarget,
  signal: AbortSignal,
): Promise<SpaceBoundEmbeddings> {
  const settings = environment.settings.embeddings[purpose];
  if (!settings.isEnabled) {
    const why = settings.disabledReason === undefined ? '' : ` (${settings.disabledReason})`;
    throw new ConfigError(`embeddings for ${purpose} are off${why}: turn them on to migrate ${name}`);
  }
  if (model === undefined && dimensions !== undefined) {
    throw new UsageError(`a length of ${dimensions} is of no model: name the model to migrate ${name} to as well`);
  }
  const factory = environment.embeddings();
  const owner = ownerOf({ purpose, name });
  const found =
    model === undefined
      ? await factory.for(purpose, signal, owner)
      : await factory.named({ model, ...(dimensions !== undefined && { dimensions }) }, purpose, signal, owner);
  if (found.isStandIn) {
    const wanted = model ?? settings.model;
    const message = `${wanted} cannot be reached, only ${found.space.name} in its place: start what serves ${wanted}, or name the model to migrate ${name} to`;
    throw new StoreError('E_MIGRATION', message, { location });
  }
  return found;
}
