import { setTimeout as wait } from 'node:timers/promises';
import { FAULT_CELLS, type FaultCell, type Mode } from '../cells.ts';
import { expectedOutcome } from '../expected/expected-outcome.ts';
import { SLACK_MS } from '../expected/outcomes.ts';
import { playHouseCell } from './house-plays.ts';
import { MATRIX_CLIENTS, modesFor } from './matrix-clients.ts';
import type { ClientId, MatrixRow, Outcome } from './matrix-row.ts';
import { MatrixStage } from './matrix-stage.ts';

/**
 * Run as a process of its own, so that a stray rejection is seen as the runtime sees it. Arguments: the client, a small
 * disk of its own, and words of the cells to play (all without). Prints one row a line.
 */
const [clientId = 'llamacpp', diskDirectory = '', ...wanted] = process.argv.slice(2);
const HOUSE_PLACES: ReadonlySet<FaultCell['place']> = new Set(['returns', 'state-full', 'clock-back', 'suspended']);

const stray: string[] = [];
process.on('unhandledRejection', (reason) => stray.push(`unhandled rejection: ${String(reason)}`));
process.on('uncaughtException', (error) => stray.push(`uncaught exception: ${error.stack ?? String(error)}`));

const client = MATRIX_CLIENTS[clientId as ClientId];
await using stage = await MatrixStage.open(client);

async function play(cell: FaultCell, mode: Mode): Promise<MatrixRow> {
  if (!HOUSE_PLACES.has(cell.place)) return stage.play(cell, mode);
  return playHouseCell({ stage, cell, mode }, diskDirectory);
}

function hasTimeout({ attempts }: Pick<Outcome, 'attempts'>): boolean {
  return attempts.some((attempt) => attempt.endsWith(' E_TIMEOUT'));
}

/**
 * A row that took too long, or in which a limit passed that none should, is played once more: what hangs, hangs again;
 * what waited for a busy machine does not. Its first time is told.
 */
async function playInTime(cell: FaultCell, mode: Mode): Promise<MatrixRow> {
  const expected = expectedOutcome(cell, mode, client.id);
  const first = await play(cell, mode);
  const isLate = first.elapsedMs > expected.withinMs + SLACK_MS || (hasTimeout(first.seen) && !hasTimeout(expected));
  if (!isLate) return first;
  const second = await play(cell, mode);
  const note = `${second.note ?? ''} ${Math.round(first.elapsedMs)} ms at its first try`.trim();
  return { ...second, faults: [...first.faults, ...second.faults], note };
}

// The first call of a process imports what it needs, which is no part of any cell.
for (const mode of ['plain', 'tools'] as const) await stage.play({ id: 'warm-up', title: 'nothing is wrong' }, mode);

for (const cell of FAULT_CELLS) {
  if (wanted.length > 0 && !wanted.includes(cell.id)) continue;
  for (const mode of modesFor(cell, client)) {
    stray.length = 0;
    const row = await playInTime(cell, mode);
    // What a call left behind has until here to fall over.
    await wait(5);
    process.stdout.write(`${JSON.stringify({ ...row, faults: [...row.faults, ...stray] })}\n`);
  }
}
