import { join } from 'node:path';
import type { Disposable } from '../contracts/plugins/disposable.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import { openDatabase } from '../kernel/database/open-database.ts';
import { describeBudget, describeBudgetWarning } from '../kernel/wording/describe-budget.ts';
import { openUsageBook, type UsageAccounts } from '../usage/open-usage-book.ts';
import { USAGE_STEPS } from '../usage/usage-schema.ts';

/** What the accounts of a host are made of. */
interface HostAccountsParts {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Ledger and budget of the workspace over one database, `usage.db` beside state.db. */
interface HostAccounts extends Disposable {
  /** Made when first asked for. */
  open(): UsageAccounts;
}

/** The accounts of a workspace, of which nothing is opened before they are used. */
export function hostAccounts({ settings, workspace, clock, log }: HostAccountsParts): HostAccounts {
  const database = openDatabase({
    path: join(workspace.stateDirectory, 'usage.db'),
    holds: 'what was done and spent',
    steps: USAGE_STEPS,
  });
  let accounts: UsageAccounts | undefined;
  return {
    open: () =>
      (accounts ??= openUsageBook({
        database,
        settings,
        clock,
        log,
        words: { refusal: describeBudget, warning: describeBudgetWarning },
      })),
    dispose: async () => {
      await accounts?.dispose();
      await database.dispose();
    },
  };
}
