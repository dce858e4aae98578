import { appendFileSync } from 'node:fs';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { FAULT_CELLS, FAULT_LIMITS, type FaultCell, type Mode } from './cells.ts';
import { expectedOutcome } from './expected/expected-outcome.ts';
import { SLACK_MS } from './expected/outcomes.ts';
import { MATRIX_CLIENTS, modesFor } from './matrix/matrix-clients.ts';
import type { ClientId, MatrixRow } from './matrix/matrix-row.ts';
import { runMatrix } from './matrix/run-matrix.ts';

jest.setTimeout(150_000);

const NEVER = ['truncated', 'repeated', 'empty', 'changed', 'hang'];

const report = process.env['WOOSTER_PROOF_REPORT'];

interface Place {
  readonly cell: FaultCell;
  readonly mode: Mode;
  readonly title: string;
}

/** Writes one row of the report: what was expected beside what was seen. */
function tell(place: Place, row: MatrixRow): void {
  if (report === undefined) return;
  const expected = expectedOutcome(place.cell, place.mode, row.client);
  const { title } = place.cell;
  appendFileSync(report, `${JSON.stringify({ ...row, title, expected, slackMs: SLACK_MS, limits: FAULT_LIMITS })}\n`);
}

function placesOf(client: ClientId): Place[] {
  return FAULT_CELLS.flatMap((cell) =>
    modesFor(cell, MATRIX_CLIENTS[client]).map((mode) => ({ cell, mode, title: `${cell.title}, ${mode}` })),
  );
}

describe.each(['llamacpp', 'ollama', 'openai'] as const)('the fault matrix over %s:', (client) => {
  let rows: readonly MatrixRow[] = [];
  beforeAll(async () => {
    rows = await runMatrix(client);
  }, 130_000);

  test.each(placesOf(client))('$title', (place) => {
    const row = rows.find(({ cell, mode }) => cell === place.cell.id && mode === place.mode);
    expect(row).toBeDefined();
    tell(place, row!);
    const { withinMs, ...expected } = expectedOutcome(place.cell, place.mode, client);
    expect({ ...row!.seen, faults: row!.faults }).toEqual({ ...expected, faults: [] });
    expect(NEVER).not.toContain(row!.seen.verdict);
    expect(row!.elapsedMs).toBeLessThanOrEqual(withinMs + SLACK_MS);
  });
});

test('every cell that is written down has a row somewhere', () => {
  const clients = Object.values(MATRIX_CLIENTS);
  const idle = FAULT_CELLS.filter((cell) => clients.every((client) => modesFor(cell, client).length === 0));
  expect(idle.map(({ id }) => id)).toEqual([]);
  expect(new Set(FAULT_CELLS.map(({ id }) => id)).size).toBe(FAULT_CELLS.length);
});
