import { ConfigError, UsageError, type KnowledgeStore, type MigrationTarget, type StoreMigrations } from 'wooster';
import type { ProjectPorts } from '../project-ports.ts';
import type { MigrateArguments } from './migrate-arguments.ts';
import { flagsOf } from './store-choice.ts';

/** The migrations of a store; UsageError for one that is only read or cannot be moved. */
export function migrationsOf(store: KnowledgeStore): StoreMigrations {
  const { isReadOnly, migrations, location, name } = store;
  if (isReadOnly) {
    throw new UsageError(
      `the index of ${name} at ${location} was written by another program and is only read: wooster projects import <new name> --from ${location} takes it into a project that can be migrated`,
    );
  }
  if (migrations !== undefined) return migrations;
  throw new UsageError(
    `the store of ${name} at ${location} cannot be moved to another model: ingest into a new project`,
  );
}

/** ConfigError where texts of the purpose are not embedded at all. */
export function requireEmbeddings({ settings }: ProjectPorts, { purpose }: Pick<KnowledgeStore, 'purpose'>): void {
  if (settings.embeddings[purpose].isEnabled) return;
  throw new ConfigError(`embeddings of ${purpose} are off: set embeddings.${purpose}.enabled before migrating`);
}

/** Where a store is to go: as the flags say, else where a migration under way goes, else to the model of the settings. */
export async function targetOf(
  { settings }: ProjectPorts,
  store: KnowledgeStore,
  { to, dimensions }: Pick<MigrateArguments, 'to' | 'dimensions'>,
  signal: AbortSignal,
): Promise<MigrationTarget> {
  if (dimensions !== undefined) return { model: to ?? settings.embeddings[store.purpose].model, dimensions };
  if (to !== undefined) return { model: to };
  const status = await migrationsOf(store).status(signal);
  if (status?.state !== 'filling' && status?.state !== 'paused') return {};
  return { model: status.to.name, dimensions: status.to.dimensions };
}

/** The command that moves a store so. */
export function runCommand(
  store: Pick<KnowledgeStore, 'purpose' | 'name'>,
  { to, dimensions }: Pick<MigrateArguments, 'to' | 'dimensions'>,
): string {
  const words = ['wooster migrate', flagsOf(store)];
  if (to !== undefined) words.push(`--to ${to}`);
  if (dimensions !== undefined) words.push(`--dimensions ${dimensions}`);
  return words.join(' ');
}
