import { defineAction, style, table, type Action, type Fact, type TargetStatus } from 'wooster';
import { z } from 'zod';
import type { ActionPorts } from './action-ports.ts';

const modelSchema = z.object({
  model: z.string().describe('provider:model'),
  locality: z.string(),
  state: z.string(),
  isConfigured: z.boolean(),
  isLoaded: z.boolean().optional(),
  contextTokens: z.number().optional(),
  sizeBytes: z.number().optional(),
  quantization: z.string().optional(),
  capabilities: z.record(z.string(), z.boolean()),
  isPreferred: z.boolean(),
});

type ModelRow = z.output<typeof modelSchema>;

function valuesOf(facts: Readonly<Record<string, Fact<boolean> | undefined>>): Record<string, boolean> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact.value]])),
  );
}

function toRow({ ref, model, health, isConfigured }: TargetStatus, preferred: ReadonlySet<string>): ModelRow {
  return {
    model: ref,
    locality: model.locality.value,
    state: health.state,
    isConfigured,
    isLoaded: model.isLoaded?.value,
    contextTokens: model.contextTokens?.value,
    sizeBytes: model.sizeBytes?.value,
    quantization: model.quantization?.value,
    capabilities: valuesOf(model.capabilities),
    isPreferred: preferred.has(ref),
  };
}

function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return '-';
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

function describeAbilities({ capabilities }: ModelRow): string {
  const able = Object.entries(capabilities).filter(([, has]) => has);
  return able.length === 0 ? '?' : able.map(([name]) => name).join(', ');
}

/** `models`: every model of every configured provider, with what is known of it. */
export function modelsAction(ports: ActionPorts): Action {
  return defineAction({
    id: 'models',
    summary: 'List the models of every configured provider',
    args: z.object({ local: z.boolean().default(false).describe('only models of this machine') }),
    result: z.object({
      models: z.array(modelSchema),
      silent: z.array(z.string()).describe('providers that told no model'),
    }),
    examples: ['models', 'models --local --json'],
    run: async (args, { signal }) => {
      await ports.router().refresh(signal, 0);
      const status = ports.router().status();
      const preferred = new Set<string>(status.switches.map(({ ref }) => ref));
      const named = status.targets.filter(({ model }) => model.modelId !== '*');
      const wanted = named.filter(({ model }) => !args.local || model.locality.value === 'local');
      const told = new Set(named.map(({ model }) => model.providerId));
      const silent = status.targets.map(({ model }) => model.providerId).filter((id) => !told.has(id));
      return { models: wanted.map((target) => toRow(target, preferred)), silent: [...new Set(silent)] };
    },
    render: ({ models, silent }, context) => {
      const rows = table(
        models,
        [
          { title: 'model', isWhole: true, value: ({ model, isPreferred }) => (isPreferred ? `${model} *` : model) },
          { title: 'where', value: ({ locality }) => locality },
          { title: 'state', value: ({ state, isLoaded }) => (isLoaded === true ? `${state}, loaded` : state) },
          {
            title: 'context',
            align: 'right',
            value: ({ contextTokens }) => contextTokens?.toLocaleString('en-US') ?? '-',
          },
          { title: 'size', align: 'right', value: ({ sizeBytes }) => formatBytes(sizeBytes) },
          { title: 'can', value: describeAbilities },
        ],
        context,
      );
      const notes = [
        ...(models.some(({ isPreferred }) => isPreferred)
          ? ['* preferred; `wooster use --reset` takes that back']
          : []),
        ...silent.map((id) => `${id} told no model; \`wooster health\` says why`),
      ].map((line) => style(line, 'dim', context.hasColor));
      return [rows === '' ? 'There is no model.' : rows, ...notes].join('\n');
    },
  });
}
