import type { MigrateOptions, MigrationReport, MigrationTarget } from '../../contracts/knowledge/migration.ts';
import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { fillSpace } from '../fill-space.ts';
import type { OpenMigration } from '../link/calls/migration-calls.ts';
import { leaveChangedModel } from './changed-model.ts';
import { TargetFill } from './fill-target.ts';
import { inRun } from './in-run.ts';
import { finishPruning } from './prune-migration.ts';
import { targetEmbeddings } from './target-embeddings.ts';
import type { MigrationPorts } from './target-embeddings.ts';
import { mendingCommand } from '../spaces/mending-command.ts';
import { verifyMigration } from './verify-migration.ts';

/** Fills between which the store may be changed so fast that the switch never finds it whole. */
const MOST_ROUNDS = 100;

/** The store has the space already; what it lacks there is filled. */
async function complete(
  ports: MigrationPorts,
  embeddings: SpaceBoundEmbeddings,
  { signal, onProgress }: MigrateOptions,
): Promise<MigrationReport> {
  const { link, location, canaries } = ports;
  const { space } = embeddings;
  const model = { embeddings, served: space, isFallback: false };
  const beforeVectors = (): Promise<void> => canaries.requireSame(model, signal);
  const { embedded } = await ports.inTurn('embedding passages', signal, () =>
    fillSpace({ link, embeddings, location, signal, beforeVectors }, (done, total) =>
      onProgress?.({ phase: 'embed', done, total }),
    ),
  );
  const { done: vectors } = await link.call('surveyTarget', { space }, signal);
  const verification = { isSound: true, faults: [], vectors, sampled: 0, foundFirst: 0, questions: [] };
  return { from: space, to: space, embedded, verification, wasDone: embedded === 0 };
}

async function fillAndSwitch(
  ports: MigrationPorts,
  migration: OpenMigration,
  work: { readonly embeddings: SpaceBoundEmbeddings; readonly options: MigrateOptions },
): Promise<MigrationReport> {
  const { link } = ports;
  const { signal } = work.options;
  const fill = new TargetFill(ports, migration, work);
  let verification: MigrationReport['verification'] | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (!(await fill.run())) break;
    verification ??= await verifyMigration(ports, migration, work);
    const input = { migration: migration.id };
    const { isSwitched } = await ports.inTurn('switching to another embedding model', signal, () =>
      link.call('switchMigration', input, signal, { isAwaited: true }),
    );
    if (isSwitched) break;
  }
  const status = await link.call('migrationStatus', null, signal);
  verification ??= status?.verification;
  if (status?.state !== 'switched' || verification === undefined) {
    const message = `the store at ${ports.location} was changed faster than it could be moved to ${migration.to.name}; what was filled is kept: ${mendingCommand(ports, 'migrate', ` --to ${migration.to.name}`)} goes on`;
    throw new StoreError('E_MIGRATION', message, { location: ports.location });
  }
  const from = migration.from && { from: migration.from };
  return { ...from, to: migration.to, embedded: fill.embedded, verification, wasDone: false };
}

/** As `StoreMigrations.run`. */
export async function runMigration(
  ports: MigrationPorts,
  target: MigrationTarget,
  options: MigrateOptions,
): Promise<MigrationReport> {
  const { signal } = options;
  const embeddings = await targetEmbeddings(ports, target, signal);
  const work = (): Promise<MigrationReport> => runTo(ports, embeddings, options);
  return inRun(ports, `moving it to ${embeddings.space.name}`, { signal, work });
}

async function runTo(
  ports: MigrationPorts,
  embeddings: SpaceBoundEmbeddings,
  options: MigrateOptions,
): Promise<MigrationReport> {
  const { signal } = options;
  await finishPruning(ports, signal);
  await leaveChangedModel(ports, embeddings, signal);
  const { space } = embeddings;
  const migration = await ports.inTurn('beginning a migration', signal, () =>
    ports.link.call('beginMigration', { space }, signal, { isAwaited: true }),
  );
  return migration === null
    ? complete(ports, embeddings, options)
    : fillAndSwitch(ports, migration, { embeddings, options });
}
