import { ACTIONS, AGENT, CLOCK, DECISION_LOG, definePlugin, MODEL_ROUTER, SETTINGS, TOOLS } from 'wooster';
import { z } from 'zod';
import { batchAction } from './actions/batch.ts';
import { batchProcessTool } from './tools/batch-process.ts';

/** Batches: many prompts or files, a few at a time, to a file of answers that can be taken up again. */
export const plugin = definePlugin({
  id: 'batch',
  version: '0.1.0',
  summary: 'Asks lists of prompts and folders of files, and goes on where it was ended.',
  config: z.strictObject({}),
  needs: [SETTINGS, CLOCK, AGENT, MODEL_ROUTER, DECISION_LOG],
  contributes: [
    { point: ACTIONS, ids: ['batch'] },
    { point: TOOLS, ids: ['batch_process'] },
  ],
  activate(scope) {
    const ports = {
      router: () => scope.get(MODEL_ROUTER),
      agent: () => scope.get(AGENT),
      decisions: () => scope.get(DECISION_LOG),
      clock: scope.get(CLOCK),
    };
    const { extensions } = scope;
    scope.contribute(ACTIONS, batchAction({ ...ports, extensions, settings: scope.get(SETTINGS) }));
    scope.contribute(TOOLS, batchProcessTool(ports));
  },
});
