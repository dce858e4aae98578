import {
  CATALOGUE,
  CATALOGUE_SOURCES,
  MODEL_QUALITIES,
  table,
  type AvailableModel,
  type CatalogueEntry,
  type ModelPreferences,
  type ModelSelection,
  type ModelTask,
  type PublishedSize,
  type RenderContext,
} from 'wooster';
import type { MachineMemory } from '../../memory/machine-memory.ts';
import { readMachine } from '../../memory/read-machine.ts';
import { verdictFor } from '../../memory/verdict.ts';
import { describeBytes } from './describe-facts.ts';
import type { ModelsOperation, ModelsPorts } from './models-ports.ts';
import type { ModelsArguments, ModelsResult, Offer } from './models-schema.ts';

type Recommendation = Extract<ModelsResult, { operation: 'recommend' }>;

/** Models that are not here are offered for this window unless another is asked for. */
const OFFERED_CONTEXT_TOKENS = 8_192;
const OFFERS_SHOWN = 6;
const REJECTED_SHOWN = 8;

function preferencesOf(args: ModelsArguments): ModelPreferences {
  return {
    hasImages: args.images,
    needsTools: args.tools,
    needsJson: args.schema,
    needsRealTimeData: args.current,
    contextTokens: args.context,
    quality: args.quality,
    tokensPerSecond: args.speed,
    budgetUsd: args.budget,
    optimizeFor: args.optimize,
    prefer: args.prefer,
  };
}

/** Abilities that the task and the options ask of a model that is not here. */
function wantedAbilities({ task, images, tools, current }: ModelsArguments): readonly string[] {
  const byTask: Partial<Record<ModelTask, string>> = {
    embedding: 'embed',
    image: 'image',
    video: 'video',
    speech: 'speech',
  };
  return [
    byTask[task] ?? 'chat',
    ...(task === 'reasoning' ? ['reasoning'] : []),
    ...(images || task === 'vision' ? ['vision'] : []),
    ...(tools || current ? ['tools'] : []),
  ];
}

/** How the person gets it: by a server that is here and fetches models, else by Ollama, which fetches anything listed. */
function commandFor({ pull }: PublishedSize, ports: ModelsPorts): string | undefined {
  for (const { entry, provider, locality } of ports.router().providers()) {
    const name = (pull as Readonly<Record<string, string | undefined>>)[entry.kind];
    const isAble = locality === 'local' && provider.lifecycle?.pull !== undefined;
    if (name !== undefined && isAble) return `wooster models pull ${entry.id}:${name}`;
  }
  return pull.ollama === undefined ? undefined : `ollama pull ${pull.ollama}`;
}

function isHere({ pull }: PublishedSize, models: readonly AvailableModel[]): boolean {
  const names = new Set(Object.values(pull).map((name) => name.toLowerCase()));
  return models.some(({ model }) => names.has(model.modelId.toLowerCase().replace(/:latest$/, '')));
}

function gradeIndex(entry: CatalogueEntry): number {
  return entry.quality === undefined ? -1 : MODEL_QUALITIES.indexOf(entry.quality.grade);
}

interface OfferInput {
  readonly ports: ModelsPorts;
  readonly args: ModelsArguments;
  readonly machine: MachineMemory;
  readonly models: readonly AvailableModel[];
}

function toOffer(entry: CatalogueEntry, size: PublishedSize, input: OfferInput): Offer | undefined {
  const { ports, args, machine, models } = input;
  const contextTokens = args.context ?? Math.min(entry.contextTokens ?? OFFERED_CONTEXT_TOKENS, OFFERED_CONTEXT_TOKENS);
  if (entry.contextTokens !== undefined && entry.contextTokens < contextTokens) return undefined;
  const { bytes, quantization, parameterCount } = size;
  const inputs = { weightsBytes: bytes, parameters: parameterCount, quantization, shape: entry.shape, contextTokens };
  const fit = verdictFor(inputs, machine);
  const command = commandFor(size, ports);
  if (fit === undefined || fit.verdict === 'does-not-fit' || command === undefined || isHere(size, models))
    return undefined;
  return {
    name: `${entry.family ?? entry.id} ${size.parameters}`,
    grade: entry.quality?.grade,
    gradeSource: entry.quality?.source,
    needsMiB: Math.ceil(fit.estimate.totalMiB),
    verdict: fit.verdict,
    contextTokens,
    sizeBytes: bytes,
    licence: entry.licence,
    command,
  };
}

/** Models of the catalogue that would run here and do the task, the best graded and then the largest first. */
async function findOffers(input: OfferInput): Promise<Offer[]> {
  const { extensions } = input.ports;
  const read = await Promise.all(extensions.list(CATALOGUE_SOURCES).map((source) => source.load()));
  const wanted = wantedAbilities(input.args);
  const { quality } = input.args;
  const least = quality === undefined ? -1 : MODEL_QUALITIES.indexOf(quality);
  return [...extensions.list(CATALOGUE), ...read.flat()]
    .filter(({ locality }) => locality !== 'cloud')
    .filter(({ capabilities }) => wanted.every((ability) => capabilities?.[ability] === true))
    .filter((entry) => gradeIndex(entry) >= least)
    .flatMap((entry) => (entry.sizes ?? []).map((size) => ({ entry, size, offer: toOffer(entry, size, input) })))
    .filter((each): each is typeof each & { offer: Offer } => each.offer !== undefined)
    .sort(
      (left, right) =>
        Number(right.offer.verdict === 'fits') - Number(left.offer.verdict === 'fits') ||
        gradeIndex(right.entry) - gradeIndex(left.entry) ||
        right.size.bytes - left.size.bytes,
    )
    .slice(0, OFFERS_SHOWN)
    .map(({ offer }) => offer);
}

function describeMachine({ usableMiB, isUnified, graphics }: MachineMemory): string {
  const gib = (mib: number): string => `${(mib / 1024).toFixed(0)} GiB`;
  const cards = graphics.map(({ name, totalMiB }) => `${name} with ${gib(totalMiB)}`);
  const memory = isUnified ? `${gib(usableMiB)} of unified memory for models` : `${gib(usableMiB)} of memory`;
  return [memory, ...(cards.length > 0 ? cards : isUnified ? [] : ['no graphics card that its tool tells of'])].join(
    ', ',
  );
}

/** Why the first is first, by what is known of it. */
function becauseOf({ primary }: ModelSelection, models: readonly AvailableModel[]): string | undefined {
  const found = models.find(({ targetId }) => targetId === primary?.targetId);
  if (found === undefined) return undefined;
  const { model, isConfigured, health } = found;
  const parts = [
    model.locality.value === 'local' ? 'runs on your machines' : 'runs in a cloud that you allowed',
    ...(isConfigured ? ['is the one you configured'] : []),
    ...(health.state === 'ready' ? [] : [`is ${health.state}`]),
    ...(model.quality === undefined ? [] : [`is graded ${model.quality.value.grade} (${model.quality.value.source})`]),
    ...(model.speed === undefined ? [] : [`wrote ${model.speed.value.tokensPerSecond.toFixed(0)} tokens/s here`]),
    ...(model.contextTokens === undefined ? [] : [`reads ${model.contextTokens.value.toLocaleString('en-US')} tokens`]),
  ];
  return parts.join(', ');
}

function offerTable(offers: readonly Offer[], context: RenderContext): string {
  return table(
    offers,
    [
      { title: 'model', isWhole: true, value: ({ name }) => name },
      { title: 'grade', value: ({ grade }) => grade ?? '-' },
      {
        title: 'memory',
        align: 'right',
        value: ({ needsMiB, verdict }) => `${(needsMiB / 1024).toFixed(1)} GiB${verdict === 'tight' ? ', tight' : ''}`,
      },
      { title: 'download', align: 'right', value: ({ sizeBytes }) => describeBytes(sizeBytes ?? 0) },
      { title: 'get it with', isWhole: true, value: ({ command }) => command },
    ],
    context,
  );
}

function describeRejected({ rejected }: Recommendation): string[] {
  const shown = rejected.slice(0, REJECTED_SHOWN).map(({ model, reasons }) => `  ${model}: ${reasons.join('; ')}`);
  const rest = rejected.length - shown.length;
  return shown.length === 0 ? [] : ['Left out:', ...shown, ...(rest > 0 ? [`  and ${rest} more (--json)`] : [])];
}

function render(result: Recommendation, context: RenderContext): string {
  const { task, machine, primary, because, fallbacks, offers } = result;
  const [first] = offers;
  return [
    `This machine: ${machine}.`,
    primary === undefined
      ? `Nothing that is here will do for ${task}.`
      : `For ${task}: ${primary}${because === undefined ? '' : `; it ${because}`}.`,
    ...(fallbacks.length === 0 ? [] : [`After it: ${fallbacks.join(', ')}.`]),
    ...describeRejected(result),
    ...(first === undefined
      ? []
      : [
          '',
          `Would run here with a window of ${first.contextTokens?.toLocaleString('en-US')} tokens:`,
          offerTable(offers, context),
        ]),
    ...new Set(
      offers.flatMap(({ grade, gradeSource }) => (gradeSource === undefined ? [] : [`  ${grade}: ${gradeSource}`])),
    ),
  ].join('\n');
}

/** `models recommend`: the best of what is here for a task, and what would be better on this machine, with how to get it. */
export const recommendModels: ModelsOperation<Recommendation> = {
  run: async (ports, args, { signal }) => {
    const { models } = await ports.advisor().getAllAvailableModels(signal);
    const machine = await readMachine(signal);
    const selection = await ports.advisor().selectOptimalModel(args.task, preferencesOf(args), signal);
    return {
      operation: 'recommend',
      task: args.task,
      machine: describeMachine(machine),
      primary: selection.primary?.ref,
      because: becauseOf(selection, models),
      fallbacks: selection.fallbacks.map(({ ref }) => ref),
      rejected: selection.rejected.map(({ ref, reasons }) => ({
        model: ref,
        reasons: reasons.map(({ text }) => text),
      })),
      offers: await findOffers({ ports, args, machine, models }),
    };
  },
  render,
};
