import type { RouteFilter } from '../../contracts/routing/strategy.ts';

/** Rejects all but a pinned model and all but the models of a pinned provider. */
export const pinFilter: RouteFilter = {
  id: 'pin',
  reject: (candidate, request) => {
    if (request.pinned !== undefined && candidate.ref !== request.pinned) {
      return { filter: 'pin', text: `not the pinned model ${request.pinned}` };
    }
    if (request.pinnedProvider !== undefined && candidate.providerId !== request.pinnedProvider) {
      return { filter: 'pin', text: `not of the pinned provider ${request.pinnedProvider}` };
    }
    return undefined;
  },
};
