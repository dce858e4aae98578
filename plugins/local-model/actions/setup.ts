import { defineAction, table, type Action } from 'wooster';
import { z } from 'zod';
import { EMBEDDED_WEIGHTS, isEmbedderEntry } from '../catalogue/weights-catalogue.ts';
import type { WeightsEntryInput } from '../catalogue/weights-entry.ts';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import { prepareEverything } from '../runtime/prepare-everything.ts';
import { totalBytes } from '../weights/weights-file.ts';
import type { ActionPorts } from './action-ports.ts';

const weightsSchema = z.object({
  id: z.string(),
  kind: z.enum(['chat', 'embeddings']),
  title: z.string(),
  licence: z.string(),
  bytes: z.number().optional(),
  memoryMiB: z.number().optional(),
  isChosen: z.boolean(),
});

type Row = z.infer<typeof weightsSchema>;

function rowOf(entry: WeightsEntryInput, chosen: readonly string[]): Row {
  const { id, title, licence, memoryMiB } = entry;
  const kind = isEmbedderEntry(entry) ? 'embeddings' : 'chat';
  return { id, kind, title, licence, bytes: totalBytes(entry), memoryMiB, isChosen: chosen.includes(id) };
}

const COLUMNS = [
  { title: 'model', value: (row: Row) => (row.isChosen ? `${row.id} *` : row.id) },
  { title: 'for', value: (row: Row) => row.kind },
  { title: 'title', value: (row: Row) => row.title },
  {
    title: 'download',
    align: 'right' as const,
    value: (row: Row) => (row.bytes === undefined ? '?' : `${Math.round(row.bytes / 1e6)} MB`),
  },
  { title: 'licence', value: (row: Row) => row.licence },
];

const LEGEND =
  '* chosen; another with "embedded": { "model": "<id>" }, or for embeddings "embeddings": { "model": "<id>" }, in config/local.json; a chat model may also be a GGUF file, or owner/name of ONNX files on the model hub';

/** The configured chat model where the catalogue does not have it: a file, a folder or a repository of the user's choice. */
async function ownRows(runtime: EmbeddedRuntime, catalogue: readonly Row[]): Promise<readonly Row[]> {
  const { modelId: id } = runtime;
  if (catalogue.some((row) => row.id === id)) return [];
  const entry = await runtime.entry();
  if (entry === undefined) return [];
  const { title, bytes } = entry;
  return [{ id, kind: 'chat', title, licence: 'see its model card', bytes, isChosen: true }];
}

/** `setup`: fetches the embedded models and their engines ahead of the first question, or lists what there is. */
export function setupAction(ports: ActionPorts, runtime: EmbeddedRuntime): Action {
  return defineAction({
    id: 'setup',
    summary: 'Fetch the embedded models and their engines, so that the first question need not',
    args: z.object({ list: z.boolean().default(false).describe('only list the models there are') }),
    result: z.object({
      weights: z.array(weightsSchema),
      modelPath: z.string().optional(),
      embedderPaths: z.array(z.string()).optional(),
    }),
    examples: ['setup', 'setup --list'],
    run: async (args, { signal, progress }) => {
      const chosen = [ports.settings.embedded.model, ...runtime.embedders.wanted().map(({ id }) => id)];
      const catalogue = ports.extensions.list(EMBEDDED_WEIGHTS).map((entry) => rowOf(entry, chosen));
      const weights = [...catalogue, ...(await ownRows(runtime, catalogue))];
      if (args.list) return { weights };
      const subscription = runtime.onPreparation(progress);
      try {
        const { modelPath, embedderPaths } = await prepareEverything(runtime, signal);
        return { weights, modelPath, embedderPaths: [...embedderPaths] };
      } finally {
        progress.finish();
        await subscription.dispose();
      }
    },
    render: ({ weights, modelPath, embedderPaths = [] }, context) => {
      if (modelPath === undefined) return `${table(weights, COLUMNS, context)}\n${LEGEND}`;
      const embedders = embedderPaths.map((path) => `The embedding model is ready: ${path}`);
      return [`The embedded model is ready: ${modelPath}`, ...embedders].join('\n');
    },
  });
}
