import { expect, test } from '@jest/globals';
import { answered, paidAttempt } from '../ledger-samples.ts';
import { capOf, UsageRig } from '../usage-rig.ts';

test('caps that never reset remember what was spent by calls that are no longer kept', () => {
  const rig = new UsageRig();
  const caps = [capOf({ period: 'total' }), capOf({ kind: 'conversation', period: 'total' }), capOf()];
  const { ledger, budget } = rig.open({ caps, usage: { retentionDays: 1 } });
  ledger.end(ledger.begin(paidAttempt({ conversationId: 'c1' })), answered());
  rig.clock.advance(3 * 24 * 60 * 60_000);
  rig.runDeferred();
  expect(ledger.query({})).toEqual([]);
  const scope = { principalId: 'local', providerId: 'openai', conversationId: 'c1' };
  expect(budget.status(scope).map(({ spentUsd }) => spentUsd)).toEqual([0.04, 0.04, 0]);
});

test('nothing is removed after the ledger was closed', () => {
  const rig = new UsageRig();
  const accounts = rig.open({ usage: { retentionDays: 1 } });
  accounts.ledger.end(accounts.ledger.begin(paidAttempt()), answered());
  rig.clock.advance(3 * 24 * 60 * 60_000);
  void accounts.dispose();
  rig.runDeferred();
  expect(rig.open().ledger.query({})).toHaveLength(1);
});
