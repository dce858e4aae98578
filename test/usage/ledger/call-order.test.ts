import { describe, expect, test } from '@jest/globals';
import { paidAttempt } from '../ledger-samples.ts';
import { NOON, UsageRig } from '../usage-rig.ts';

/** More than a millisecond has ids of its own for. */
const MANY = 1_100;

describe('the rows of a ledger', () => {
  test('stand in the order of the calls, however many begin in one millisecond', () => {
    const { ledger } = new UsageRig().open();
    const begun = Array.from({ length: MANY }, () => ledger.begin(paidAttempt({ locality: 'local' })));
    expect(ledger.query({}).map(({ id }) => id)).toEqual(begun.toReversed());
  });

  test('stand in the order of the calls when the clock is corrected between them', () => {
    const rig = new UsageRig();
    const { ledger } = rig.open();
    const begun = [0, -20, 5, -400, 30].map((byMs) => {
      rig.clock.at += byMs;
      return ledger.begin(paidAttempt());
    });
    expect(ledger.query({}).map(({ id }) => id)).toEqual(begun.toReversed());
  });

  test('are of the time of the clock where it is set back by an hour', () => {
    const rig = new UsageRig();
    const { ledger } = rig.open();
    ledger.begin(paidAttempt());
    rig.clock.at -= 3_600_000;
    ledger.begin(paidAttempt());
    expect(ledger.query({}).map(({ startedAt }) => startedAt)).toEqual([NOON, NOON - 3_600_000]);
  });
});
