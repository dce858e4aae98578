import { join } from 'node:path';
import type { Clock, Logger } from '../../contracts/plugins/logger.ts';
import type { RoutingState } from '../../contracts/routing/routing-state.ts';
import { LastingBreakers } from './lasting-breakers.ts';
import { LastingChoices } from './lasting-choices.ts';
import { LastingDecisions } from './lasting-decisions.ts';
import { LastingHealth } from './lasting-health.ts';
import { LastingMeasurements } from './lasting-measurements.ts';
import { LastingSpaces } from './lasting-spaces.ts';
import { createMemoryState } from './memory-state.ts';
import { StateDatabase } from './state-database.ts';

/** Where the state is and who is told of its faults. */
interface OpenStateOptions {
  /** The hidden folder of the workspace; `state.db` is made in it at the first write. */
  readonly directory: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * The state of a workspace. Does no I/O until it is used and never throws: a full disk, a damaged or newer file or one
 * without permission means one warning, and that what is recorded lives as long as the process.
 */
export function openState({ directory, clock, log }: OpenStateOptions): RoutingState {
  const spare = createMemoryState();
  const database = new StateDatabase({
    path: join(directory, 'state.db'),
    monotonic: () => clock.monotonic(),
    onFault: (message) => log.warn(message),
  });
  return {
    decisions: new LastingDecisions(database, spare.decisions),
    switches: new LastingChoices(database, spare.switches),
    health: new LastingHealth(database),
    breakers: new LastingBreakers(database, spare.breakers),
    spaces: new LastingSpaces(database, spare.spaces),
    measurements: new LastingMeasurements(database, spare.measurements),
    problem: () => database.problem(),
    dispose: () => database.close(),
  };
}
