import { describe, expect, test } from '@jest/globals';
import { FullDisk } from '../../doubles/full-disk.ts';
import { answered, paidAttempt } from '../ledger-samples.ts';
import { capOf, UsageRig } from '../usage-rig.ts';

const SCOPE = { principalId: 'local', providerId: 'openai' };

describe('the budgets of a workspace', () => {
  test('refuse with the cap, its setting, what is spent, reserved and asked, and when it resets', () => {
    const { ledger } = new UsageRig().open({ caps: [capOf({ origin: 'config/local.json: budget.dayUsd' })] });
    ledger.end(ledger.begin(paidAttempt({ costUpperBoundUsd: 0.94 })), answered({ costUsd: 0.94 }));
    ledger.begin(paidAttempt({ costUpperBoundUsd: 0.05 }));
    expect(() => ledger.begin(paidAttempt({ costUpperBoundUsd: 0.03 }))).toThrow(
      expect.objectContaining({
        message:
          'day budget of 1.00 USD (config/local.json: budget.dayUsd): 0.94 spent, 0.05 reserved by calls under way, this call could cost 0.03; resets on Thu 19 Mar 00:00',
        details: expect.objectContaining({ cap: 'day', spentUsd: 0.94, reservedUsd: 0.05, boundUsd: 0.03 }),
      }),
    );
    expect(() => ledger.begin(paidAttempt({ costUpperBoundUsd: undefined }))).toThrow(/providers\.<id>\.prices/);
  });

  test('name the cap with the least left when several refuse', () => {
    const caps = [capOf({ limitUsd: 0.09 }), capOf({ limitUsd: 0.02, kind: 'provider', of: 'openai' })];
    const { ledger } = new UsageRig().open({ caps });
    expect(() => ledger.begin(paidAttempt())).toThrow(/for the provider openai/);
  });

  test('hold a call that began before a cap was set', () => {
    const rig = new UsageRig();
    const before = rig.open().ledger;
    before.end(before.begin(paidAttempt({ project: 'handbook' })), answered());
    before.begin(paidAttempt());
    const caps = [capOf({ limitUsd: 0.2 }), capOf({ kind: 'project', of: 'handbook', period: 'month' })];
    const { budget, ledger } = rig.open({ caps });
    expect(budget.status()).toMatchObject([{ spentUsd: 0.04, reservedUsd: 0.1 }, { spentUsd: 0.04 }]);
    expect(() => ledger.begin(paidAttempt())).toThrow(expect.objectContaining({ code: 'E_BUDGET' }));
  });

  test('count what a provider charged although it is more than its bound', () => {
    const { budget, ledger } = new UsageRig().open({ caps: [capOf({ limitUsd: 0.1 })] });
    ledger.end(ledger.begin(paidAttempt()), answered({ costUsd: 0.13, costOrigin: 'provider' }));
    expect(budget.status()).toMatchObject([{ spentUsd: 0.13, leftUsd: 0 }]);
  });

  test('stand at nothing before anything was written, and make no file to say so', () => {
    const rig = new UsageRig();
    const { budget } = rig.open({ caps: [capOf()] });
    expect(budget.tightest(SCOPE)).toMatchObject({ spentUsd: 0, reservedUsd: 0, leftUsd: 1 });
    expect(budget.takeWarnings(SCOPE)).toEqual([]);
    expect(rig.database().read(() => 'there')).toBeUndefined();
  });

  test('tell a soft limit once, whichever process sees it first', () => {
    const rig = new UsageRig();
    const caps = [capOf({ limitUsd: 0.1 }), capOf({ kind: 'conversation', period: 'total', limitUsd: 0.1 })];
    const [one, other] = [rig.open({ caps }), rig.open({ caps })];
    one.ledger.begin(paidAttempt({ costUpperBoundUsd: 0.09, conversationId: 'c1' }));
    expect(other.budget.takeWarnings(SCOPE)).toEqual([
      'day budget of 0.10 USD (test: budget): 0.00 spent, 0.09 reserved by calls under way, 90 % of it; resets on Thu 19 Mar 00:00',
    ]);
    expect(one.budget.takeWarnings({ ...SCOPE, conversationId: 'c1' })).toHaveLength(1);
    expect(one.budget.takeWarnings({ ...SCOPE, conversationId: 'c2' })).toEqual([]);
    const raised = rig.open({ caps: [capOf({ limitUsd: 0.11 })] });
    expect(raised.budget.takeWarnings(SCOPE)).toHaveLength(1);
  });

  test('tell a soft limit although that cannot be written down', () => {
    const { budget, ledger } = new UsageRig().open({ caps: [capOf({ limitUsd: 0.1 })] });
    ledger.begin(paidAttempt());
    const disk = new FullDisk();
    disk.fill();
    const told = [budget.takeWarnings(SCOPE), budget.takeWarnings(SCOPE)];
    disk.makeRoom();
    expect(told.map((lines) => lines.length)).toEqual([1, 0]);
  });

  test('are not asked where there are none', () => {
    const { budget } = new UsageRig().open();
    expect(budget.hasCaps).toBe(false);
    expect(budget.outputTokens).toBe(4_096);
    expect(budget.status()).toEqual([]);
  });
});
