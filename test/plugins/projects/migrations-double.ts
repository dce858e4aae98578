import {
  StoreError,
  UsageError,
  type EmbeddingSpace,
  type MigrateOptions,
  type MigrationPlan,
  type MigrationReport,
  type MigrationStatus,
  type MigrationTarget,
  type MigrationVerification,
  type StoreMigrations,
} from '../../../src/index.ts';
import { spaceDouble } from '../../doubles/embeddings-double.ts';

const VERIFIED: MigrationVerification = {
  isSound: true,
  faults: [],
  vectors: 1_203,
  sampled: 100,
  foundFirst: 100,
  overlapAt10: 0.62,
  questions: [],
};

/** Migrations without a store: keeps the state of the table of the contract, and what was asked. */
export class MigrationsDouble implements StoreMigrations {
  /** What each plan tells besides its spaces. */
  figures: Partial<MigrationPlan> = {};
  /** Thrown by `run` instead of a report. */
  failure: Error | undefined;
  current: EmbeddingSpace | undefined;
  readonly targets: MigrationTarget[] = [];
  readonly runs: MigrateOptions[] = [];
  #status: MigrationStatus | undefined;

  constructor(current: EmbeddingSpace | undefined = spaceDouble('double', 64)) {
    this.current = current;
  }

  plan(target: MigrationTarget): Promise<MigrationPlan> {
    this.targets.push(target);
    const to = this.#spaceOf(target);
    const isThere = to.spaceId === this.current?.spaceId;
    return Promise.resolve({
      ...(this.current && { from: this.current }),
      to,
      locality: 'local',
      how: 'embed',
      texts: 1_200,
      done: isThere ? 1_200 : 0,
      tokens: 98_120,
      tokensPrecision: 'exact',
      tooLong: 12,
      cutInto: 15,
      seconds: 80,
      usd: 0,
      diskBytes: 3_400_000,
      freeBytes: 12_000_000_000,
      ...this.figures,
    });
  }

  run(target: MigrationTarget, options: MigrateOptions): Promise<MigrationReport> {
    this.runs.push(options);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const to = this.#spaceOf(target);
    const from = this.current;
    options.onProgress?.({ phase: 'cut', done: 12, total: 12 });
    options.onProgress?.({ phase: 'embed', done: 600, total: 1_203 });
    options.onProgress?.({ phase: 'verify', done: 100, total: 100 });
    const questions = (options.questions ?? []).map((text) => ({ text, overlapAt10: 0.7 }));
    const wasDone = to.spaceId === from?.spaceId;
    if (!wasDone) this.stand('switched', to);
    this.current = to;
    const verification = { ...VERIFIED, questions };
    return Promise.resolve({ ...(from && { from }), to, embedded: wasDone ? 0 : 1_203, verification, wasDone });
  }

  pause(): Promise<MigrationStatus> {
    const status = this.#require('filling', 'paused');
    return Promise.resolve(this.stand('paused', status.to));
  }

  status(): Promise<MigrationStatus | undefined> {
    return Promise.resolve(this.#status);
  }

  rollback(): Promise<{ readonly to: EmbeddingSpace; readonly missing: number }> {
    const { from, to } = this.#require('switched');
    this.stand('rolled-back', to);
    this.current = from;
    return Promise.resolve({ to: from ?? to, missing: 3 });
  }

  prune(): Promise<{ readonly pruned: readonly EmbeddingSpace[]; readonly vectors: number }> {
    const { state, from, to, oldVectors } = this.#require('filling', 'paused', 'switched', 'rolled-back');
    this.#status = undefined;
    return Promise.resolve({ pruned: [state === 'switched' ? (from ?? to) : to], vectors: oldVectors });
  }

  /** Puts the migration into a state; the space of before is that which is searched now. */
  stand(state: MigrationStatus['state'], to: EmbeddingSpace): MigrationStatus {
    const from = this.#status?.from ?? this.current;
    const done = state === 'filling' || state === 'paused' ? 492 : 1_203;
    this.#status = {
      ...(from && { from }),
      to,
      state,
      texts: 1_203,
      done,
      startedAt: 1,
      changedAt: 2,
      oldVectors: done,
    };
    return this.#status;
  }

  #require(...states: readonly MigrationStatus['state'][]): MigrationStatus {
    if (this.#status !== undefined && states.includes(this.#status.state)) return this.#status;
    throw new UsageError(`no migration is ${states.join(' or ')}`);
  }

  #spaceOf({ model = 'double', dimensions = 64 }: MigrationTarget): EmbeddingSpace {
    const under = this.#status;
    const space = spaceDouble(model, dimensions);
    if ((under?.state === 'filling' || under?.state === 'paused') && under.to.spaceId !== space.spaceId) {
      throw new StoreError('E_MIGRATION', `a migration to ${under.to.name} is under way`, { location: 'double' });
    }
    return space;
  }
}
