import type { Disposable } from '../contracts/plugins/disposable.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { BudgetSettings, UsageSettings } from '../contracts/settings/accounts-settings.ts';
import type { WorkspaceDatabase } from '../contracts/state/workspace-database.ts';
import type { BudgetGuard } from '../contracts/usage/budget.ts';
import type { UsageLedger } from '../contracts/usage/ledger.ts';
import { BudgetDesk, type BudgetWords } from './budget/budget-desk.ts';
import { processOwner, type ProcessOwner } from './ledger/process-owner.ts';
import { UsageBook } from './ledger/usage-book.ts';

/** What the accounts of a workspace are opened with. */
interface UsageBookOptions {
  /** Made with `USAGE_STEPS`; it stays the caller's to close, after this. */
  readonly database: WorkspaceDatabase;
  readonly settings: { readonly budget: BudgetSettings; readonly usage: UsageSettings };
  readonly clock: Clock;
  readonly log: Logger;
  readonly words: BudgetWords;
  /** Whose calls these are; this process without it. */
  readonly owner?: ProcessOwner;
  /** Runs work when nothing else is to be done; after what the event loop has to do without it. */
  readonly defer?: (work: () => void) => void;
}

/** The accounts of a workspace: one ledger, and the budgets that it is held against. */
export interface UsageAccounts extends Disposable {
  readonly ledger: UsageLedger;
  readonly budget: BudgetGuard;
  /** Settles at their bounds the calls that dead processes left open; how many. It is also done as the ledger is used. */
  settleAbandoned(): number;
}

/** Opens the accounts; nothing is read or written before they are used. */
export function openUsageBook(options: UsageBookOptions): UsageAccounts {
  const { database, settings, clock, log, words } = options;
  const budget = new BudgetDesk({ database, settings: settings.budget, clock, log, words });
  const ledger = new UsageBook({
    database,
    settings: settings.usage,
    budget,
    owner: options.owner ?? processOwner(),
    clock,
    log,
    defer: options.defer ?? ((work) => void setImmediate(work).unref()),
  });
  return {
    ledger,
    budget,
    settleAbandoned: () => ledger.settleAbandoned(),
    dispose: () => ledger.dispose(),
  };
}
