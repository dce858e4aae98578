import { defineAction, table, type Action } from 'wooster';
import { z } from 'zod';
import { EMBEDDED_WEIGHTS, parseWeightsEntry } from '../catalogue/weights-catalogue.ts';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import type { ActionPorts } from './action-ports.ts';

const weightsSchema = z.object({
  id: z.string(),
  title: z.string(),
  licence: z.string(),
  bytes: z.number(),
  memoryMiB: z.number().optional(),
  isChosen: z.boolean(),
});

/** `setup`: fetches the embedded model and its engine ahead of the first question, or lists what there is. */
export function setupAction(ports: ActionPorts, runtime: EmbeddedRuntime): Action {
  return defineAction({
    id: 'setup',
    summary: 'Fetch the embedded model and its engine, so that the first question need not',
    args: z.object({ list: z.boolean().default(false).describe('only list the models there are') }),
    result: z.object({ weights: z.array(weightsSchema), modelPath: z.string().optional() }),
    examples: ['setup', 'setup --list'],
    run: async (args, { signal, progress }) => {
      const chosen = ports.settings.embedded.model;
      const weights = ports.extensions.list(EMBEDDED_WEIGHTS).map((entry) => {
        const { id, title, licence, bytes, memoryMiB } = parseWeightsEntry(entry);
        return { id, title, licence, bytes, memoryMiB, isChosen: id === chosen };
      });
      if (args.list) return { weights };
      const subscription = runtime.onPreparation(progress);
      try {
        const { modelPath } = await runtime.prepare(signal, true);
        return { weights, modelPath };
      } finally {
        progress.finish();
        await subscription.dispose();
      }
    },
    render: ({ weights, modelPath }, context) => {
      if (modelPath !== undefined) return `The embedded model is ready: ${modelPath}`;
      const columns = [
        { title: 'model', value: (row: (typeof weights)[number]) => (row.isChosen ? `${row.id} *` : row.id) },
        { title: 'title', value: (row: (typeof weights)[number]) => row.title },
        {
          title: 'download',
          align: 'right' as const,
          value: (row: (typeof weights)[number]) => `${Math.round(row.bytes / 1e6)} MB`,
        },
        { title: 'licence', value: (row: (typeof weights)[number]) => row.licence },
      ];
      return `${table(weights, columns, context)}\n* chosen; another with "embedded": { "model": "<id>" } in config/local.json`;
    },
  });
}
