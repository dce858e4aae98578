import type { RouteFilter } from '../../contracts/routing/strategy.ts';
import { availabilityFilter } from './availability.ts';
import { breakerFilter } from './breaker.ts';
import { budgetFilter } from './budget.ts';
import { capabilityFilter } from './capability.ts';
import { consentFilter } from './consent.ts';
import { contextFilter } from './context.ts';
import { healthFilter } from './health.ts';
import { pinFilter } from './pin.ts';
import { privacyFilter } from './privacy.ts';
import { taskFilter } from './task.ts';

/** The filters of the house, to be contributed to FILTERS like anybody's. */
export const BUILT_IN_FILTERS: readonly RouteFilter[] = [
  pinFilter,
  privacyFilter,
  consentFilter,
  taskFilter,
  availabilityFilter,
  healthFilter,
  breakerFilter,
  capabilityFilter,
  contextFilter,
  budgetFilter,
];
