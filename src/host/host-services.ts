import type { Disposable } from '../contracts/plugins/disposable.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { Token } from '../contracts/plugins/token.ts';
import { DECISION_LOG } from '../contracts/routing/decision.ts';
import { ROUTING_STATE, type RoutingState } from '../contracts/routing/routing-state.ts';
import { SETTINGS, type HostSettings } from '../contracts/settings/settings.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import { BUDGET_GUARD, USAGE_LEDGER } from '../contracts/usage/ledger.ts';
import type { ServiceContainer } from '../kernel/plugins/service-container.ts';
import { openState } from '../kernel/state/open-state.ts';
import { NULL_BUDGET, NULL_LEDGER } from '../routing/null-accounts.ts';

/** What the host's own services are made of. */
export interface HostServiceParts {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Tokens that the host provides; plugins may need them and must not provide them. */
export const hostTokens: readonly Token<unknown>[] = [
  SETTINGS,
  USAGE_LEDGER,
  BUDGET_GUARD,
  ROUTING_STATE,
  DECISION_LOG,
];

/**
 * Registers the host's own services; each is made when first asked for, so that nothing is opened in vain. The
 * disposable closes what was opened.
 */
export function registerHostServices(container: ServiceContainer, parts: HostServiceParts): Disposable {
  const { settings, workspace, clock, log } = parts;
  let state: RoutingState | undefined;
  const openedState = (): RoutingState => (state ??= openState({ directory: workspace.stateDirectory, clock, log }));
  container.register(SETTINGS, () => settings);
  container.register(USAGE_LEDGER, () => NULL_LEDGER);
  container.register(BUDGET_GUARD, () => NULL_BUDGET);
  container.register(ROUTING_STATE, openedState);
  container.register(DECISION_LOG, () => openedState().decisions);
  return { dispose: () => state?.dispose() };
}
