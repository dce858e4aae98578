import {
  ACTIONS,
  BUDGET_GUARD,
  CATALOGUE,
  CLOCK,
  definePlugin,
  SETTINGS,
  USAGE_LEDGER,
  type PluginScope,
} from 'wooster';
import { z } from 'zod';
import { usageAction } from './usage-action.ts';

function activate(scope: PluginScope): void {
  scope.contribute(
    ACTIONS,
    usageAction({
      ledger: () => scope.get(USAGE_LEDGER),
      budget: () => scope.get(BUDGET_GUARD),
      settings: () => scope.get(SETTINGS),
      catalogue: () => scope.extensions.list(CATALOGUE),
      clock: scope.get(CLOCK),
    }),
  );
}

/** What models were used, what it cost and how budgets stand, read from the ledger of the workspace. */
export const plugin = definePlugin({
  id: 'usage',
  version: '0.1.0',
  summary: 'Tells what models were used for, what it cost, and how budgets stand.',
  config: z.strictObject({}),
  needs: [USAGE_LEDGER, BUDGET_GUARD, SETTINGS, CLOCK],
  contributes: [{ point: ACTIONS, ids: ['usage'] }],
  activate,
});
