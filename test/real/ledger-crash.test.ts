import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { seeded } from '../stores/support/kill-harness.ts';
import { passedCaps, readSums } from '../usage/account-audit.ts';
import { compareWithJournal, readJournal, startLedgerChild } from '../usage/support/ledger-journal.ts';
import { capOf, UsageRig } from '../usage/usage-rig.ts';

jest.setTimeout(300_000);

/** Kills on one ledger. `pnpm proof` asks for fifty, and for a line of JSON about each in a file. */
const kills = Number(process.env['WOOSTER_LEDGER_KILLS'] ?? 10);
const reportFile = process.env['WOOSTER_PROOF_REPORT'];
const seed = Number(process.env['WOOSTER_SEED'] ?? randomInt(2 ** 31));

/** More than a child comes to before it is killed. */
const CALLS = 100_000;
const LATEST_MS = 400;
/** A call takes about twenty: they go on for as long as the kills by time. */
const LATEST_STATEMENT = 12_000;

/** When a child is killed: before its n-th statement that writes, or so long after its first call. */
type Moment = { readonly statement: number } | { readonly afterMs: number };

function momentOf(number: number, share: number): Moment {
  return number % 2 === 0
    ? { statement: 1 + Math.floor(share * share * LATEST_STATEMENT) }
    : { afterMs: share * LATEST_MS };
}

/** Caps that some of the calls of this round reach, and some do not. */
function capsOf(number: number): ReturnType<typeof capOf>[] {
  return [
    capOf({ period: 'total', limitUsd: 8 * (number + 1) }),
    capOf({ kind: 'provider', of: 'gemini', period: 'month', limitUsd: 3 * (number + 1) }),
    capOf({ kind: 'project', of: 'handbook', period: 'total', limitUsd: 5 * (number + 1) }),
  ];
}

async function killAt(moment: Moment, task: Parameters<typeof startLedgerChild>[0]): Promise<boolean> {
  const child = startLedgerChild({ ...task, ...('statement' in moment && { killAt: moment.statement }) });
  await child.ready;
  if ('afterMs' in moment) {
    await wait(moment.afterMs);
    child.kill();
  }
  return child.ended;
}

describe(`a ledger whose writers are killed (seed ${seed})`, () => {
  test(`is exact after each of ${kills} kills, every third of them of two writers at once`, async () => {
    const rig = new UsageRig();
    const journals: string[] = [];
    for (let number = 0; number < kills; number += 1) {
      const random = seeded(seed + number * 7_919);
      const caps = capsOf(number);
      const moments = Array.from({ length: number % 3 === 2 ? 2 : 1 }, (_, at) => momentOf(number + at, random()));
      const killed = await Promise.all(
        moments.map((moment, at) => {
          const journal = join(rig.folder, `journal-${number}-${at}`);
          journals.push(journal);
          return killAt(moment, { path: rig.path, journal, seed: seed + number * 10 + at, calls: CALLS, caps });
        }),
      );
      expect(killed).toEqual(moments.map(() => true));
      const accounts = rig.open({ caps });
      const settled = accounts.settleAbandoned();
      const calls = new Map(journals.flatMap((file) => [...readJournal(file)]));
      const found = accounts.ledger.query({});
      expect(compareWithJournal(found, calls)).toEqual([]);
      const { rows, totals } = readSums(rig.database());
      expect(totals).toEqual(rows);
      expect(rows.filter(({ reserved }) => reserved !== 0)).toEqual([]);
      expect(passedCaps(rows, caps)).toEqual([]);
      const refused = [...calls.values()].filter(({ last }) => last === 'refused').length;
      const spentUsd = accounts.ledger.summarize({})[0]?.spentUsd;
      report({ number, moments, settled, rows: found.length, refused, spentUsd });
    }
  });
});

function report(line: object): void {
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify({ seed, ...line })}\n`);
}
