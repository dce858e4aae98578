import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { passedCaps, readRowSums, readSums } from './account-audit.ts';
import { compareWithJournal, readJournal, startLedgerChild } from './support/ledger-journal.ts';
import { capOf, UsageRig } from './usage-rig.ts';

const PROCESSES = 3;
const CALLS = 400;
const POLL_MS = 2;

/** About a third of what they would spend. */
const CAPS = [
  capOf({ period: 'total', limitUsd: 12 }),
  capOf({ kind: 'provider', of: 'gemini', limitUsd: 5, period: 'month' }),
  capOf({ kind: 'project', of: 'handbook', limitUsd: 6, period: 'total' }),
  capOf({ kind: 'conversation', period: 'total', limitUsd: 5 }),
];

describe('several processes on one ledger', () => {
  test('never pass a cap together, and leave exactly what they say they did', async () => {
    const rig = new UsageRig();
    const journals = Array.from({ length: PROCESSES }, (_, at) => join(rig.folder, `journal-${at}`));
    const children = journals.map((journal, seed) =>
      startLedgerChild({ path: rig.path, journal, seed, calls: CALLS, caps: CAPS }),
    );
    await Promise.all(children.map(({ ready }) => ready));
    const database = rig.database();
    const ended = Promise.all(children.map((child) => child.ended));
    let samples = 0;
    let reserved = 0;
    while ((await Promise.race([ended, wait(POLL_MS)])) === undefined) {
      const sums = readRowSums(database);
      expect(passedCaps(sums, CAPS)).toEqual([]);
      reserved = Math.max(reserved, ...sums.map((total) => total.reserved));
      samples += 1;
    }
    expect(await ended).toEqual([false, false, false]);
    const { rows, totals } = readSums(database);
    expect(totals).toEqual(rows);
    expect(passedCaps(rows, CAPS)).toEqual([]);
    expect(samples).toBeGreaterThan(3);
    expect(reserved).toBeGreaterThan(0);
    const calls = new Map(journals.flatMap((file) => [...readJournal(file)]));
    expect(calls.size).toBe(PROCESSES * CALLS);
    const refused = [...calls.values()].filter(({ last }) => last === 'refused');
    expect(refused.length).toBeGreaterThan(PROCESSES);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['E_BUDGET']));
    expect(compareWithJournal(rig.open().ledger.query({}), calls)).toEqual([]);
  }, 60_000);
});
