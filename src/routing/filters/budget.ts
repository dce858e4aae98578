import type { RouteFilter } from '../../contracts/routing/strategy.ts';
import { describeBudget } from '../../kernel/wording/describe-budget.ts';

const BUDGET_FILTER = 'budget';

/**
 * Rejects a model that could cost more than a cap has left, or than the call may; an unknown price counts as too dear.
 * Local models cost nothing. The ledger judges once more when it reserves, since others may have reserved meanwhile.
 */
export const budgetFilter: RouteFilter = {
  id: BUDGET_FILTER,
  reject: ({ costUpperBoundUsd: cost, budget }, { budgetUsd }) => {
    if (budget !== undefined && (cost === undefined || cost > budget.leftUsd)) {
      return { filter: BUDGET_FILTER, text: describeBudget(budget, cost) };
    }
    if (budgetUsd === undefined || (cost !== undefined && cost <= budgetUsd)) return undefined;
    const text =
      cost === undefined
        ? `its price is unknown and the call may cost ${budgetUsd} USD`
        : `could cost ${cost} USD, the call may cost ${budgetUsd}`;
    return { filter: BUDGET_FILTER, text };
  },
};
