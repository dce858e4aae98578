import type { RouteFilter } from '../../contracts/routing/strategy.ts';

/** Rejects a model that could cost more than the call may; an unknown price counts as too dear, local models cost nothing. */
export const budgetFilter: RouteFilter = {
  id: 'budget',
  reject: (candidate, request) => {
    const { budgetUsd } = request;
    const cost = candidate.costUpperBoundUsd;
    if (budgetUsd === undefined || (cost !== undefined && cost <= budgetUsd)) return undefined;
    const text =
      cost === undefined
        ? `its price is unknown and the call may cost ${budgetUsd} USD`
        : `could cost ${cost} USD, the call may cost ${budgetUsd}`;
    return { filter: 'budget', text };
  },
};
