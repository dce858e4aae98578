import type { FaultCell, Mode } from '../cells.ts';
import type { ClientId } from '../matrix/matrix-row.ts';
import { WITH_FALLBACK } from './with-fallback.ts';
import { ALONE_OR_HOUSE } from './lone-and-house.ts';
import type { Expected } from './outcomes.ts';

/**
 * What must come of a cell: written down from the decision table before it was run, never taken from a run. A cell
 * without an expectation is an error.
 */
export function expectedOutcome(cell: FaultCell, mode: Mode, client: ClientId): Expected {
  const expectation = WITH_FALLBACK[cell.id] ?? ALONE_OR_HOUSE[cell.id];
  if (expectation === undefined) throw new Error(`nobody wrote what is expected of ${cell.id}`);
  return expectation(mode, client);
}
