import { style, table, type AvailableModel, type Fact, type RenderContext } from 'wooster';
import { describeBytes } from './describe-facts.ts';
import type { ModelsOperation } from './models-ports.ts';
import type { ModelRow, ModelsResult } from './models-schema.ts';

type ListResult = Extract<ModelsResult, { operation: 'list' }>;

function valuesOf(facts: Readonly<Record<string, Fact<boolean> | undefined>>): Record<string, boolean> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact.value]])),
  );
}

function toRow(available: AvailableModel, preferred: ReadonlySet<string>): ModelRow {
  const { model, kinds, health, isConfigured, isDiscovered } = available;
  return {
    model: model.ref,
    locality: model.locality.value,
    state: health.state,
    kinds: [...kinds],
    isConfigured,
    isDiscovered,
    isLoaded: model.isLoaded?.value,
    contextTokens: model.contextTokens?.value,
    sizeBytes: model.sizeBytes?.value,
    quantization: model.quantization?.value,
    capabilities: valuesOf(model.capabilities),
    isPreferred: preferred.has(model.ref),
  };
}

function describeAbilities({ capabilities }: ModelRow): string {
  const able = Object.entries(capabilities).filter(([, has]) => has);
  return able.length === 0 ? '?' : able.map(([name]) => name).join(', ');
}

function nameOf({ model, isPreferred, isDiscovered }: ModelRow): string {
  return `${model}${isPreferred ? ' *' : ''}${isDiscovered ? ' +' : ''}`;
}

/** `12 models, 10 local and 2 cloud; 9 text, 3 embedding`. */
function describeStatistics({ total, local, cloud, byKind }: ListResult['statistics']): string {
  const kinds = Object.entries(byKind).filter(([, count]) => count > 0);
  const where = cloud === 0 ? 'all local' : `${local} local and ${cloud} cloud`;
  const what = kinds.map(([kind, count]) => `${count} ${kind}`).join(', ');
  return `${total} ${total === 1 ? 'model' : 'models'}, ${where}${what === '' ? '' : `; ${what}`}`;
}

function notesOf({ models, silent, statistics }: ListResult): string[] {
  return [
    ...(models.length > 1 ? [describeStatistics(statistics)] : []),
    ...(models.some(({ isPreferred }) => isPreferred) ? ['* preferred; `wooster use --reset` takes that back'] : []),
    ...(models.some(({ isDiscovered }) => isDiscovered)
      ? ['+ found on this machine; `wooster models --discover --save` writes it down']
      : []),
    ...silent.map((id) => `${id} told no model; \`wooster health\` says why`),
  ];
}

function render(result: ListResult, context: RenderContext): string {
  const rows = table(
    result.models,
    [
      { title: 'model', isWhole: true, value: nameOf },
      { title: 'where', value: ({ locality }) => locality },
      { title: 'state', value: ({ state, isLoaded }) => (isLoaded === true ? `${state}, loaded` : state) },
      {
        title: 'context',
        align: 'right',
        value: ({ contextTokens }) => contextTokens?.toLocaleString('en-US') ?? '-',
      },
      {
        title: 'size',
        align: 'right',
        value: ({ sizeBytes }) => (sizeBytes === undefined ? '-' : describeBytes(sizeBytes)),
      },
      { title: 'can', value: describeAbilities },
    ],
    context,
  );
  const notes = notesOf(result).map((line) => style(line, 'dim', context.hasColor));
  return [rows === '' ? 'There is no model.' : rows, ...notes].join('\n');
}

/** `models`: every model of every provider that takes part, with what is known of it. */
export const listModels: ModelsOperation<ListResult> = {
  run: async (ports, args, { signal }) => {
    const { models, statistics } = await ports.advisor().getAllAvailableModels(signal);
    const status = ports.router().status();
    const preferred = new Set<string>(status.switches.map(({ ref }) => ref));
    const wanted = models.filter(({ model }) => !args.local || model.locality.value === 'local');
    const told = new Set(models.map(({ model }) => model.providerId));
    const silent = status.targets.map(({ model }) => model.providerId).filter((id) => !told.has(id));
    return {
      operation: 'list',
      models: wanted.map((each) => toRow(each, preferred)),
      silent: [...new Set(silent)],
      statistics: { ...statistics, byProvider: { ...statistics.byProvider }, byKind: { ...statistics.byKind } },
    };
  },
  render,
};
