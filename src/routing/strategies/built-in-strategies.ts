import type { RoutingStrategy } from '../../contracts/routing/strategy.ts';
import { cloudFirst } from './cloud-first.ts';
import { localFirst } from './local-first.ts';
import { localOnly } from './local-only.ts';

/** The strategies of the house, to be contributed to STRATEGIES like anybody's. */
export const BUILT_IN_STRATEGIES: readonly RoutingStrategy[] = [localFirst, cloudFirst, localOnly];
