import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { RoutingState } from '../contracts/routing/routing-state.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import type { StickyTargets } from './sticky-targets.ts';
import type { SwitchBoard } from './switch-board.ts';
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
  readonly sticky: StickyTargets;
}
