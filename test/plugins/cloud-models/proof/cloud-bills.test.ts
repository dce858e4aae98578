import { appendFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { BILLED, billOf, type BilledCloud, type CloudBill, type TurnTokens } from './cloud-bills.ts';

const report = process.env['WOOSTER_PROOF_REPORT'];
const seed = Number(process.env['WOOSTER_SEED'] ?? 20_261_129);

/** Billionths of a dollar, in which the ledger keeps money; every price of a token here is a whole number of them. */
const NANO = 1e9;

/** Whole numbers below a bound, the same for the same seed (a linear congruential generator, Numerical Recipes). */
function numbersOf(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A conversation whose beginning is kept at the first turn and read again at each later one, where the wire tells it. */
function conversation({ hasWrites, hasFigure }: BilledCloud, next: (below: number) => number): TurnTokens[] {
  const kept = 2_000 + next(6_000);
  return [0, 1, 2].map((turn) => {
    const written = hasWrites ? (turn === 0 ? kept : next(500)) : 0;
    const cached = turn === 0 ? 0 : kept;
    const input = cached + written + 10 + next(3_000);
    const output = 1 + next(900);
    return { input, cached, written, output, ...(hasFigure && { figureUsd: (1 + next(90_000)) / 1e7 }) };
  });
}

/** Tokens times prices in whole numbers, apart from the reckoning of the house. */
function reckonNano({ prices }: CloudBill, { input, cached, written, output }: TurnTokens): number {
  const nano = (unit: string): number => {
    const { usdPerMillion } = prices.find((price) => price.unit === unit) ?? prices[0]!;
    return Math.round(usdPerMillion * 1e3);
  };
  return (
    nano('input-token') * (input - cached - written) +
    nano('cached-input-token') * cached +
    nano('cache-write-token') * written +
    nano('output-token') * output
  );
}

describe('the bills of the clouds', () => {
  test.each(BILLED)('of $id agree: tokens, prices, the figure of the cloud, and the ledger', async (cloud) => {
    const next = numbersOf(seed + BILLED.indexOf(cloud));
    const bill = await billOf(cloud, conversation(cloud, next));
    const reckoned = bill.turns.map((turn) => reckonNano(bill, turn));
    if (report !== undefined) appendFileSync(report, `${JSON.stringify({ kind: 'bill', seed, ...bill, reckoned })}\n`);
    expect(bill.prices.length).toBeGreaterThanOrEqual(cloud.hasWrites ? 4 : 3);
    for (const [place, turn] of bill.turns.entries()) {
      const { input, cached, written, output } = turn;
      expect(turn.ledgerTokens).toEqual({ input, cached, written, output });
      const expected = turn.figureUsd === undefined ? reckoned[place]! : Math.round(turn.figureUsd * NANO);
      expect(Math.round(turn.ledgerUsd! * NANO)).toBe(expected);
      expect(turn.costOrigin).toBe(cloud.hasFigure ? 'provider' : 'prices');
      expect(Math.round(Number(turn.toldUsd) * NANO)).toBe(expected);
    }
    const sum = bill.turns.reduce((total, { ledgerUsd }) => total + Math.round(ledgerUsd! * NANO), 0);
    expect(Math.round(bill.sumUsd! * NANO)).toBe(sum);
    if (!cloud.hasFigure) expect(bill.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});
