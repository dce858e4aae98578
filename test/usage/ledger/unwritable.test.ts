import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { StoreError } from '../../../src/contracts/errors/resource-errors.ts';
import { FullDisk } from '../../doubles/full-disk.ts';
import { answered, answeredLocally, localAttempt, paidAttempt } from '../ledger-samples.ts';
import { capOf, UsageRig } from '../usage-rig.ts';

const disk = new FullDisk();

afterEach(() => disk.makeRoom());

function warnings(rig: UsageRig): readonly string[] {
  return rig.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
}

describe('a ledger that cannot be written', () => {
  test('lets local calls pass, warns once, and writes them when there is room', () => {
    const rig = new UsageRig();
    const { ledger } = rig.open();
    disk.fill();
    const ids = [1, 2, 3].map(() => ledger.begin(localAttempt({ project: 'handbook' })));
    ledger.end(ids[0]!, answeredLocally());
    ledger.end(ids[1]!, answeredLocally({ outcome: 'failed', errorCode: 'E_TIMEOUT' }));
    expect(warnings(rig)).toEqual([
      expect.stringMatching(/disk is full, make room; calls of local models .* in memory/),
    ]);
    disk.makeRoom();
    expect(ledger.query({}).map(({ outcome }) => outcome)).toEqual(['failed', 'answered']);
    ledger.end(ids[2]!, answeredLocally());
    expect(ledger.summarize({ project: 'handbook' })).toMatchObject([{ calls: 3, localCalls: 3, open: 0 }]);
    expect(() => ledger.end(ids[0]!, answeredLocally())).toThrow(/no open call/);
  });

  test('refuses a paid call with the error of the database, with or without a cap', () => {
    for (const caps of [[], [capOf()]]) {
      const { ledger } = new UsageRig().open({ caps });
      disk.fill();
      expect(() => ledger.begin(paidAttempt())).toThrow(expect.objectContaining({ code: 'E_DISK_FULL' }));
      disk.makeRoom();
      expect(ledger.query({})).toEqual([]);
    }
  });

  test('keeps the end of a paid call, and writes it before anything else is reserved', () => {
    const rig = new UsageRig();
    const { ledger, budget } = rig.open({ caps: [capOf({ limitUsd: 0.1 })] });
    const id = ledger.begin(paidAttempt());
    disk.fill();
    ledger.end(id, answered({ costUsd: 0.04 }));
    expect(() => ledger.end(id, answered())).toThrow(/no open call/);
    disk.makeRoom();
    expect(budget.status()).toMatchObject([{ spentUsd: 0, reservedUsd: 0.1 }]);
    ledger.begin(paidAttempt({ costUpperBoundUsd: 0.06 }));
    expect(budget.status()).toMatchObject([{ spentUsd: 0.04, reservedUsd: 0.06 }]);
    expect(warnings(rig)).toHaveLength(1);
    expect(rig.log.lines).toContainEqual(
      expect.objectContaining({ level: 'info', message: expect.stringContaining('written again') }),
    );
  });

  test('writes what waits when it is closed', () => {
    const rig = new UsageRig();
    const accounts = rig.open();
    disk.fill();
    accounts.ledger.end(accounts.ledger.begin(localAttempt()), answeredLocally());
    disk.makeRoom();
    void accounts.dispose();
    expect(rig.open().ledger.query({})).toHaveLength(1);
  });

  test('keeps no more than a thousand local calls in memory, the latest', () => {
    const rig = new UsageRig();
    const { ledger } = rig.open();
    disk.fill();
    for (let call = 0; call < 1_005; call += 1) {
      rig.clock.advance(1);
      ledger.end(ledger.begin(localAttempt({ task: `call-${call}` })), answeredLocally());
    }
    disk.makeRoom();
    const tasks = ledger.query({}).map(({ task }) => task);
    expect([tasks.length, tasks.at(0), tasks.at(-1)]).toEqual([1_000, 'call-1004', 'call-5']);
  });

  test('does not let local calls wait again for a process that holds it', () => {
    const rig = new UsageRig();
    const database = rig.database();
    let waits = 0;
    let isHeld = true;
    const held: typeof database = {
      path: database.path,
      read: (work) => database.read(work),
      transact: (work) => {
        if (!isHeld) return database.transact(work);
        waits += 1;
        throw new StoreError('E_STORE_LOCKED', 'held by another process', { location: database.path });
      },
      dispose: () => database.dispose(),
    };
    const { ledger } = rig.open({ usage: { texts: 'none' } }, held);
    for (let call = 0; call < 5; call += 1) ledger.end(ledger.begin(localAttempt()), answeredLocally());
    expect(waits).toBe(1);
    expect(() => ledger.begin(paidAttempt())).toThrow(expect.objectContaining({ code: 'E_STORE_LOCKED' }));
    isHeld = false;
    rig.clock.advance(10_000);
    expect(ledger.query({})).toHaveLength(5);
  });

  test('says that it is damaged to who pays or asks, and to nobody else', () => {
    const rig = new UsageRig();
    writeFileSync(rig.path, 'this is no database at all, only text that is long enough to be read as a header');
    const { ledger, budget } = rig.open({ caps: [capOf()] });
    ledger.end(ledger.begin(localAttempt()), answeredLocally());
    const damaged = expect.objectContaining({ code: 'E_STORE_CORRUPT' });
    expect(() => ledger.begin(paidAttempt())).toThrow(damaged);
    expect(() => ledger.query({})).toThrow(damaged);
    expect(() => budget.tightest({ principalId: 'local', providerId: 'openai' })).toThrow(damaged);
    expect(budget.takeWarnings({ principalId: 'local', providerId: 'openai' })).toEqual([]);
  });
});
