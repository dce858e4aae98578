import type { Clock, Logger } from '../../contracts/plugins/logger.ts';
import type { UsageSettings } from '../../contracts/settings/accounts-settings.ts';
import type { WorkspaceDatabase } from '../../contracts/state/workspace-database.ts';
import { settleAbandonedCalls } from './abandoned-calls.ts';
import type { ProcessOwner } from './process-owner.ts';
import { pruneCalls } from './prune-calls.ts';

/** What keeps the ledger in order. */
export interface HousekeepingParts {
  readonly database: WorkspaceDatabase;
  readonly settings: UsageSettings;
  readonly owner: ProcessOwner;
  readonly clock: Clock;
  readonly log: Logger;
  /** Runs work when nothing else is to be done. */
  readonly defer: (work: () => void) => void;
}

/** Calls of dead processes are looked for at most so often. */
const LOOK_EVERY_MS = 60_000;

/** Old rows are looked for at the first call and after so many. */
const CALLS_BETWEEN_PRUNING = 500;

/** Settles what dead processes left and removes what is old; whatever asked for it goes on. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  #lookAt = -Infinity;
  #calls = 0;
  #isDisposed = false;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  /** How many calls were settled. */
  settleAbandoned(): number {
    return settleAbandonedCalls(this.#parts.database, this.#parts.owner);
  }

  lookForAbandoned(): void {
    const { clock, log } = this.#parts;
    const now = clock.monotonic();
    if (now < this.#lookAt) return;
    this.#lookAt = now + LOOK_EVERY_MS;
    try {
      this.settleAbandoned();
    } catch (error) {
      // Boundary: an open row counts as much as a settled one; what asked for this goes on, or fails by itself.
      log.debug('calls of ended processes could not be settled', { error });
    }
  }

  countCall(): void {
    if (this.#calls % CALLS_BETWEEN_PRUNING === 0) this.#parts.defer(() => this.#prune());
    this.#calls += 1;
  }

  dispose(): void {
    this.#isDisposed = true;
  }

  #prune(): void {
    const { database, settings, clock, log, defer } = this.#parts;
    if (this.#isDisposed) return;
    try {
      if (database.transact((prepare) => pruneCalls(prepare, settings, clock.now()))) defer(() => this.#prune());
    } catch (error) {
      log.debug('old rows of the ledger could not be removed', { error });
    }
  }
}
