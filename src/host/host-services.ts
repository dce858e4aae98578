import type { Disposable } from '../contracts/plugins/disposable.ts';
import { AGENT } from '../contracts/agent/agent.ts';
import { PluginError } from '../contracts/errors/host-errors.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import { CLOCK, type Clock, type Logger } from '../contracts/plugins/logger.ts';
import type { Token } from '../contracts/plugins/token.ts';
import { DECISION_LOG } from '../contracts/routing/decision.ts';
import { ROUTING_STATE, type RoutingState } from '../contracts/routing/routing-state.ts';
import { MODEL_ROUTER, type ModelRouterService } from '../contracts/routing/router.ts';
import { SETTINGS, type HostSettings } from '../contracts/settings/settings.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import { RESPONSE_CACHE } from '../contracts/cache/response-cache.ts';
import { PRIVACY_CHOICES } from '../contracts/privacy/privacy-choices.ts';
import { PRIVACY_POLICY } from '../contracts/privacy/privacy-policy.ts';
import { BUDGET_GUARD } from '../contracts/usage/budget.ts';
import { USAGE_LEDGER } from '../contracts/usage/ledger.ts';
import type { ServiceContainer } from '../kernel/plugins/service-container.ts';
import { openState } from '../kernel/state/open-state.ts';
import { hostAccounts } from './host-accounts.ts';
import { createHostAgent } from './host-agent.ts';
import { openHostCache } from './host-cache.ts';
import { hostPrivacy } from './host-privacy.ts';

/** What the host's own services are made of. */
interface HostServiceParts {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly log: Logger;
  readonly extensions: Extensions;
}

/** Tokens that the host provides; plugins may need them and must not provide them. */
export const hostTokens: readonly Token<unknown>[] = [
  SETTINGS,
  CLOCK,
  AGENT,
  USAGE_LEDGER,
  BUDGET_GUARD,
  PRIVACY_POLICY,
  PRIVACY_CHOICES,
  RESPONSE_CACHE,
  ROUTING_STATE,
  DECISION_LOG,
];

/**
 * Registers the host's own services; each is made when first asked for, so that nothing is opened in vain. The
 * disposable closes what was opened.
 */
export function registerHostServices(container: ServiceContainer, parts: HostServiceParts): Disposable {
  const { settings, workspace, clock, log, extensions } = parts;
  let state: RoutingState | undefined;
  const accounts = hostAccounts(parts);
  const privacy = hostPrivacy(parts);
  let cache: ReturnType<typeof openHostCache> | undefined;
  const openedState = (): RoutingState => (state ??= openState({ directory: workspace.stateDirectory, clock, log }));
  const router = (): ModelRouterService => {
    const service = container.resolve(MODEL_ROUTER);
    if (service !== undefined) return service;
    const message = 'there is no model router: the plugin that provides it is off; see `wooster plugins`';
    throw new PluginError(message, { plugin: 'host', phase: 'run' });
  };
  container.register(SETTINGS, () => settings);
  container.register(CLOCK, () => clock);
  container.register(AGENT, () => createHostAgent({ settings, workspace, clock, extensions, router }));
  container.register(USAGE_LEDGER, () => accounts.ledger);
  container.register(BUDGET_GUARD, () => accounts.budget);
  container.register(PRIVACY_POLICY, () => privacy.policy);
  container.register(PRIVACY_CHOICES, () => privacy.choices);
  container.register(RESPONSE_CACHE, () => (cache = openHostCache(parts)));
  container.register(ROUTING_STATE, openedState);
  container.register(DECISION_LOG, () => openedState().decisions);
  return {
    dispose: async () => {
      await cache?.dispose();
      await privacy.dispose();
      await accounts.dispose();
      await state?.dispose();
    },
  };
}
