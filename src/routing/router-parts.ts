import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { PrivacyPolicy } from '../contracts/privacy/privacy-policy.ts';
import type { RouteDecision } from '../contracts/routing/decision.ts';
import type { RoutingState } from '../contracts/routing/routing-state.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import type { BudgetGuard } from '../contracts/usage/budget.ts';
import type { StickyTargets } from './sticky-targets.ts';
import type { SwitchBoard } from './switch-board.ts';
import type { BreakerBoard } from './targets/breakers/breaker-board.ts';
import type { ClockWatch } from './targets/clock-watch.ts';
import type { Lookout } from './targets/lookout.ts';
import type { ModelLists } from './targets/model-lists.ts';
import type { ProviderRegistry } from './targets/provider-registry.ts';
import type { TargetHealth } from './targets/target-health.ts';

/** What a router is put together from. */
export interface RouterParts {
  readonly settings: HostSettings;
  readonly extensions: Extensions;
  readonly state: RoutingState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: ProviderRegistry;
  readonly lists: ModelLists;
  readonly health: TargetHealth;
  readonly lookout: Lookout;
  readonly switches: SwitchBoard;
  /** By conversation: the best model that answered. */
  readonly sticky: StickyTargets;
  /** By turn: the model that answered last. */
  readonly loops: StickyTargets;
  /** Decisions whose first model only stands in for a better one that is unwell. */
  readonly standIns: WeakSet<RouteDecision>;
  readonly privacy: PrivacyPolicy;
  readonly budget: BudgetGuard;
  readonly breakers: BreakerBoard;
  readonly clockWatch: ClockWatch;
}
