import type { RouteFilter } from '../../contracts/routing/strategy.ts';

/** Rejects what cannot serve whatever is asked: a disabled provider, a model that its server does not have. */
export const availabilityFilter: RouteFilter = {
  id: 'availability',
  reject: (candidate) =>
    candidate.unavailable === undefined ? undefined : { filter: 'availability', text: candidate.unavailable },
};
