import type { BudgetGuard, UsageLedger } from '../contracts/usage/ledger.ts';

/** A ledger that keeps nothing, for hosts that have none. */
export const NULL_LEDGER: UsageLedger = Object.freeze({
  begin: ({ attemptId }) => attemptId,
  end: () => undefined,
  query: () => [],
} satisfies UsageLedger);

/** A budget without caps. */
export const NULL_BUDGET: BudgetGuard = Object.freeze({
  reserve: () => ({ settle: () => undefined, release: () => undefined }),
} satisfies BudgetGuard);
