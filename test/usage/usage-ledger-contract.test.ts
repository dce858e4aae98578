import { describeUsageLedger } from '../contracts/usage-ledger.ts';
import { LedgerDouble } from '../doubles/ledger-double.ts';
import { UsageRig } from './usage-rig.ts';

describeUsageLedger('the usage book', ({ caps, clock }) => new UsageRig(clock).open({ caps }));

describeUsageLedger('the double', ({ caps, clock }) => {
  const ledger = new LedgerDouble({ caps, clock, warnAtShare: 0.8 });
  return { ledger, budget: ledger.budget };
});
