import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { processOwner, type ProcessOwner } from '../../../src/usage/ledger/process-owner.ts';
import { answered, localAttempt, paidAttempt } from '../ledger-samples.ts';
import { capOf, UsageRig } from '../usage-rig.ts';

/** Processes that live and die as the test says. */
class Processes {
  readonly #dead = new Set<string>();

  start(id: string): ProcessOwner {
    return { id, isRunning: (other) => !this.#dead.has(other) };
  }

  kill(id: string): void {
    this.#dead.add(id);
  }
}

describe('calls whose process was killed', () => {
  test('are settled at their bounds, as interrupted, when the next process pays or asks', () => {
    const rig = new UsageRig();
    const processes = new Processes();
    const first = rig.open({ owner: processes.start('first') }).ledger;
    first.begin(paidAttempt());
    first.begin(localAttempt());
    first.begin(paidAttempt({ costUpperBoundUsd: undefined }));
    const second = rig.open({ owner: processes.start('second') }).ledger;
    expect(second.query({}).map(({ outcome }) => outcome)).toEqual([undefined, undefined, undefined]);
    processes.kill('first');
    const third = rig.open({ owner: processes.start('third'), caps: [capOf({ limitUsd: 0.15 })] });
    expect(() => third.ledger.begin(paidAttempt())).toThrow(/0\.10 spent, this call could cost 0\.10/);
    expect(
      third.ledger
        .query({})
        .map(({ outcome, errorCode, costUsd, costOrigin, totalMs }) => [
          outcome,
          errorCode,
          costUsd,
          costOrigin,
          totalMs,
        ]),
    ).toEqual([
      ['interrupted', 'E_INTERRUPTED', undefined, 'unknown', undefined],
      ['interrupted', 'E_INTERRUPTED', 0, 'local', undefined],
      ['interrupted', 'E_INTERRUPTED', 0.1, 'bound', undefined],
    ]);
    expect(third.settleAbandoned()).toBe(0);
  });

  test('are looked for once in a while by a process that stays', () => {
    const rig = new UsageRig();
    const processes = new Processes();
    const staying = rig.open({ owner: processes.start('staying') }).ledger;
    rig.open({ owner: processes.start('other') }).ledger.begin(paidAttempt());
    expect(staying.summarize({})).toMatchObject([{ open: 1 }]);
    processes.kill('other');
    expect(staying.summarize({})).toMatchObject([{ open: 1, reservedUsd: 0.1 }]);
    rig.clock.advance(60_000);
    expect(staying.summarize({})).toMatchObject([{ open: 0, failed: 1, spentUsd: 0.1 }]);
  });

  test('cost what they did cost where the process was alive after all', () => {
    const rig = new UsageRig();
    const processes = new Processes();
    const hidden = rig.open({ owner: processes.start('hidden') }).ledger;
    const id = hidden.begin(paidAttempt());
    processes.kill('hidden');
    const { ledger, budget } = rig.open({ owner: processes.start('other'), caps: [capOf()] });
    expect(ledger.query({})).toMatchObject([{ costUsd: 0.1, costOrigin: 'bound' }]);
    hidden.end(id, answered({ costUsd: 0.04 }));
    expect(ledger.query({})).toMatchObject([{ outcome: 'answered', costUsd: 0.04, costOrigin: 'prices' }]);
    expect(budget.status()).toMatchObject([{ spentUsd: 0.04, reservedUsd: 0 }]);
    expect(() => hidden.end(id, answered())).toThrow(/no open call/);
  });
});

describe('the owner of a call', () => {
  test('is running while its process is, and not after it was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const { id } = processOwner(child.pid);
    const self = processOwner();
    expect([self.isRunning(self.id), self.isRunning(id)]).toEqual([true, true]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(self.isRunning(id)).toBe(false);
  });

  const hasProc = (() => {
    try {
      return readFileSync('/proc/self/stat').length > 0;
    } catch {
      return false;
    }
  })();

  (hasProc ? test : test.skip)('is not another process that has got its number', () => {
    const self = processOwner();
    const [pid, ticks] = self.id.split('@');
    expect(ticks).toMatch(/^\d+$/);
    expect(self.isRunning(`${pid}@${Number(ticks) - 1}`)).toBe(false);
  });

  test('is told by its number alone where the system does not tell more', () => {
    const self = processOwner();
    expect(self.isRunning(String(process.pid))).toBe(true);
    expect(self.isRunning('no process')).toBe(false);
  });
});
