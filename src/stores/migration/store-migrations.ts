import type {
  MigrateOptions,
  MigrationPlan,
  MigrationReport,
  MigrationStatus,
  MigrationTarget,
  StoreMigrations,
} from '../../contracts/knowledge/migration.ts';
import type { EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import { InternalError } from '../../contracts/errors/host-errors.ts';
import { planMigration } from './plan/plan-migration.ts';
import { pruneMigration } from './prune-migration.ts';
import { runMigration } from './run-migration.ts';
import type { MigrationPorts } from './target-embeddings.ts';

/** The way of a SQLite store from one embedding model to another. */
export class SqliteMigrations implements StoreMigrations {
  readonly #ports: MigrationPorts;

  constructor(ports: MigrationPorts) {
    this.#ports = ports;
  }

  plan(target: MigrationTarget, signal: AbortSignal): Promise<MigrationPlan> {
    return planMigration(this.#ports, target, signal);
  }

  run(target: MigrationTarget, options: MigrateOptions): Promise<MigrationReport> {
    return runMigration(this.#ports, target, options);
  }

  /** Without the writer's place: the one who fills has it now and then. */
  async pause(signal: AbortSignal): Promise<MigrationStatus> {
    await this.#ports.link.call('pauseMigration', null, signal, { isAwaited: true });
    const status = await this.status(signal);
    if (status === undefined) throw new InternalError(`the migration of ${this.#ports.name} was pruned meanwhile`);
    return status;
  }

  async status(signal: AbortSignal): Promise<MigrationStatus | undefined> {
    return (await this.#ports.link.call('migrationStatus', null, signal)) ?? undefined;
  }

  rollback(signal: AbortSignal): Promise<{ readonly to: EmbeddingSpace; readonly missing: number }> {
    const { link, inTurn } = this.#ports;
    return inTurn('going back to the earlier embedding model', signal, () =>
      link.call('rollbackMigration', null, signal, { isAwaited: true }),
    );
  }

  prune(signal: AbortSignal): Promise<{ readonly pruned: readonly EmbeddingSpace[]; readonly vectors: number }> {
    return pruneMigration(this.#ports, signal);
  }
}
