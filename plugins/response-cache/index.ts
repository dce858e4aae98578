import { ACTIONS, definePlugin, RESPONSE_CACHE, SETTINGS } from 'wooster';
import { z } from 'zod';
import { cacheAction } from './cache-action.ts';

/** Shows and drops the answers that are kept for equal calls; keeping them is the host's. */
export const plugin = definePlugin({
  id: 'response-cache',
  version: '0.1.0',
  summary: 'Shows the answers that are kept for equal calls, and drops them.',
  config: z.strictObject({}),
  needs: [SETTINGS, RESPONSE_CACHE],
  contributes: [{ point: ACTIONS, ids: ['cache'] }],
  activate(scope) {
    const { cache: settings } = scope.get(SETTINGS);
    scope.contribute(ACTIONS, cacheAction({ settings, cache: () => scope.get(RESPONSE_CACHE) }));
  },
});
