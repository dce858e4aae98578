import { join } from 'node:path';
import { InternalError } from '../contracts/errors/host-errors.ts';
import type { Disposable } from '../contracts/plugins/disposable.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import type { BudgetGuard } from '../contracts/usage/budget.ts';
import type { UsageLedger } from '../contracts/usage/ledger.ts';
import { openDatabase } from '../kernel/database/open-database.ts';
import type { UsageAccounts } from '../usage/open-usage-book.ts';

/** What the accounts of a host are made of. */
interface HostAccountsParts {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Ledger and budget of the workspace over one database, `usage.db` beside state.db. */
interface HostAccounts extends Disposable {
  readonly ledger: UsageLedger;
  readonly budget: BudgetGuard;
}

/** Their modules are imported when they are first wanted: what only looks at servers does not pay for them. */
async function openAccounts({ settings, workspace, clock, log }: HostAccountsParts): Promise<UsageAccounts> {
  const [{ openUsageBook }, { USAGE_STEPS }, words] = await Promise.all([
    import('../usage/open-usage-book.ts'),
    import('../usage/usage-schema.ts'),
    import('../kernel/wording/describe-budget.ts'),
  ]);
  const path = join(workspace.stateDirectory, 'usage.db');
  const database = openDatabase({ path, holds: 'what was done and spent', steps: USAGE_STEPS });
  const accounts = openUsageBook({
    database,
    settings,
    clock,
    log,
    words: { refusal: words.describeBudget, warning: words.describeBudgetWarning },
  });
  return {
    ...accounts,
    dispose: async () => {
      await accounts.dispose();
      await database.dispose();
    },
  };
}

/**
 * The accounts of a workspace, of which nothing is opened before they are used.
 *
 * | state  | ready            | anything else                  |
 * |--------|------------------|--------------------------------|
 * | closed | imports -> ready | InternalError: a fault of ours |
 * | ready  | at once          | asked of the book              |
 */
export function hostAccounts(parts: HostAccountsParts): HostAccounts {
  let opening: Promise<UsageAccounts> | undefined;
  let accounts: UsageAccounts | undefined;
  const opened = (): UsageAccounts => {
    if (accounts !== undefined) return accounts;
    throw new InternalError('the ledger was used before it was made ready');
  };
  const { caps, outputTokens } = parts.settings.budget;
  return {
    ledger: {
      ready: async () => {
        accounts ??= await (opening ??= openAccounts(parts));
      },
      begin: (attempt) => opened().ledger.begin(attempt),
      end: (id, outcome) => opened().ledger.end(id, outcome),
      query: (query) => opened().ledger.query(query),
      summarize: (query, by) => opened().ledger.summarize(query, by),
    },
    budget: {
      hasCaps: caps.length > 0,
      outputTokens,
      status: (scope) => opened().budget.status(scope),
      tightest: (scope) => opened().budget.tightest(scope),
      takeWarnings: (scope) => opened().budget.takeWarnings(scope),
    },
    dispose: async () => (await opening)?.dispose(),
  };
}
