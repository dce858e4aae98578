import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { Token } from '../contracts/plugins/token.ts';
import { SETTINGS, type HostSettings } from '../contracts/settings/settings.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import { BUDGET_GUARD, USAGE_LEDGER, type BudgetGuard, type UsageLedger } from '../contracts/usage/ledger.ts';
import type { ServiceContainer } from '../kernel/plugins/service-container.ts';

/** What the host's own services are made of. */
export interface HostServiceParts {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps nothing: usage is not recorded in this version. */
const nullLedger: UsageLedger = {
  begin: (attempt) => attempt.attemptId,
  end: () => undefined,
  query: () => [],
};

/** Has no cap. */
const nullBudget: BudgetGuard = {
  reserve: () => ({ settle: () => undefined, release: () => undefined }),
};

/** Tokens that the host provides; plugins may need them and must not provide them. */
export const hostTokens: readonly Token<unknown>[] = [SETTINGS, USAGE_LEDGER, BUDGET_GUARD];

/** Registers the host's own services; each is made when first asked for, so that nothing is opened in vain. */
export function registerHostServices(container: ServiceContainer, parts: HostServiceParts): void {
  container.register(SETTINGS, () => parts.settings);
  container.register(USAGE_LEDGER, () => nullLedger);
  container.register(BUDGET_GUARD, () => nullBudget);
}
