import type { MigrationCalls } from '../../link/calls/migration-calls.ts';
import type { StoreSession } from '../store-session.ts';
import { beginMigration, pauseMigration } from './begin-migration.ts';
import { cutVectors, fillTarget, surveyTarget, unfilledTexts } from './fill-target.ts';
import { migrationStatus } from './migration-rows.ts';
import { parkSource, parkSplittings, sourcesOfTexts } from './park-sources.ts';
import { beginPruning, isPruning, pruneSome } from './prune-spaces.ts';
import { rollbackMigration, switchMigration } from './switch-spaces.ts';
import { compareAnswers, verifyTarget } from './verify-target.ts';

function recordVerification(
  { database }: StoreSession,
  { migration, verification }: MigrationCalls['recordVerification']['input'],
): null {
  const record = JSON.stringify(verification);
  database.prepare('UPDATE migrations SET verification = ? WHERE id = ?').run(record, migration);
  return null;
}

/** What the worker answers to the calls of migrations. */
export function migrationAnswers(session: () => StoreSession): {
  readonly [Name in keyof MigrationCalls]: (
    input: MigrationCalls[Name]['input'],
    signal: AbortSignal,
  ) => MigrationCalls[Name]['output'] | Promise<MigrationCalls[Name]['output']>;
} {
  // A repair may put another session in the place of the one that a run began in.
  let running: StoreSession | undefined;
  return {
    beginRun: async ({ task }, signal) => {
      const begun = session();
      await begun.mover.take(task, signal);
      running = begun;
      return null;
    },
    endRun: () => {
      running?.mover.release();
      running = undefined;
      return null;
    },
    migrationStatus: () => migrationStatus(session().database),
    surveyTarget: ({ space }) => surveyTarget(session().database, space),
    beginMigration: ({ space }) => beginMigration(session(), space),
    pauseMigration: () => pauseMigration(session().database),
    unfilledTexts: (input) => unfilledTexts(session().database, input),
    fillTarget: (input) => fillTarget(session().database, input),
    cutVectors: (input) => cutVectors(session().database, input),
    sourcesOfTexts: ({ hashes }) => sourcesOfTexts(session().database, hashes),
    parkSource: (input) => parkSource(session().database, input),
    parkSplittings: (input) => parkSplittings(session().database, input),
    verifyTarget: ({ migration }, signal) => verifyTarget(session(), migration, signal),
    compareAnswers: (input, signal) => compareAnswers(session(), input, signal),
    recordVerification: (input) => recordVerification(session(), input),
    switchMigration: ({ migration }) => switchMigration(session().database, migration),
    rollbackMigration: () => rollbackMigration(session().database),
    beginPruning: () => beginPruning(session().database),
    pruneSome: () => pruneSome(session()),
    isPruning: () => isPruning(session().database),
  };
}
