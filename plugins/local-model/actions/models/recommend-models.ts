import { table, type AvailableModel, type ModelPreferences, type ModelSelection, type RenderContext } from 'wooster';
import type { MachineMemory } from '../../memory/machine-memory.ts';
import { readMachine } from '../../memory/read-machine.ts';
import { describeBytes } from './describe-facts.ts';
import { findOffers } from './find-offers.ts';
import type { ModelsOperation } from './models-ports.ts';
import type { ModelsArguments, ModelsResult, Offer } from './models-schema.ts';

type Recommendation = Extract<ModelsResult, { operation: 'recommend' }>;

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

const gib = (mib: number): string => `${(mib / 1024).toFixed(0)} GiB`;

function describeMachine({ usableMiB, isUnified, graphics }: MachineMemory): string {
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
      ...(offers.some(({ tokensPerSecond }) => tokensPerSecond !== undefined)
        ? [
            {
              title: 'tokens/s',
              align: 'right' as const,
              value: ({ tokensPerSecond }: Offer) =>
                tokensPerSecond === undefined ? '?' : `~${tokensPerSecond.toFixed(0)}`,
            },
          ]
        : []),
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
    ...(first === undefined || offers.some(({ tokensPerSecond }) => tokensPerSecond !== undefined)
      ? []
      : ['`wooster models bench <model>` measures one that is here; then this tells how fast these would be.']),
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
