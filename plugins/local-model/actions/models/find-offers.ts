import {
  MODEL_QUALITIES,
  readCatalogue,
  type AvailableModel,
  type CatalogueEntry,
  type ModelTask,
  type PublishedSize,
} from 'wooster';
import type { MachineMemory } from '../../memory/machine-memory.ts';
import { publishedInputsOf } from '../../memory/memory-inputs.ts';
import { verdictFor } from '../../memory/verdict.ts';
import type { ModelsPorts } from './models-ports.ts';
import type { ModelsArguments, Offer } from './models-schema.ts';

/** Models that are not here are offered for this window unless another is asked for. */
const OFFERED_CONTEXT_TOKENS = 8_192;
const OFFERS_SHOWN = 6;

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

/**
 * Bytes of weights that go through this machine's memory in a second, from models measured here: writing one token reads
 * all weights once, so that tokens a second times size is the same for all dense models. Undefined where none was measured.
 */
function measuredBandwidth(models: readonly AvailableModel[]): number | undefined {
  const products = models
    .filter(({ model }) => model.locality.value === 'local')
    .flatMap(({ model: { speed, sizeBytes } }) =>
      speed === undefined || sizeBytes === undefined ? [] : [speed.value.tokensPerSecond * sizeBytes.value],
    );
  return products.length === 0 ? undefined : Math.max(...products);
}

/** Of a mixture of experts only some weights are read for a token (`30B-A3B`), and which share is not known here. */
const EXPERTS = /\dB?-A\d|\dx\d/i;

/** Slower than reading speed: such a model comes after those that keep up. */
const READING_TOKENS_PER_SECOND = 5;

/** What offers are made from. */
interface OfferInput {
  readonly ports: ModelsPorts;
  readonly args: ModelsArguments;
  readonly machine: MachineMemory;
  readonly models: readonly AvailableModel[];
}

function toOffer(
  entry: CatalogueEntry,
  size: PublishedSize,
  input: OfferInput & { readonly bandwidth?: number },
): Offer | undefined {
  const { ports, args, machine, models } = input;
  const contextTokens = args.context ?? Math.min(entry.contextTokens ?? OFFERED_CONTEXT_TOKENS, OFFERED_CONTEXT_TOKENS);
  if (entry.contextTokens !== undefined && entry.contextTokens < contextTokens) return undefined;
  const { bytes } = size;
  const fit = verdictFor(publishedInputsOf(entry, size, contextTokens), machine);
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
    tokensPerSecond:
      input.bandwidth === undefined || EXPERTS.test(size.parameters) ? undefined : input.bandwidth / bytes,
    command,
  };
}

/** Has room, and keeps up with a reader as far as is known. */
function isUsable({ verdict, tokensPerSecond }: Offer): boolean {
  return verdict === 'fits' && (tokensPerSecond === undefined || tokensPerSecond >= READING_TOKENS_PER_SECOND);
}

/** Models of the catalogue that would run here and do the task, the best graded and then the largest first. */
export async function findOffers(input: OfferInput): Promise<Offer[]> {
  const catalogue = await readCatalogue(input.ports.extensions, input.ports.log);
  const wanted = wantedAbilities(input.args);
  const bandwidth = measuredBandwidth(input.models);
  const { quality } = input.args;
  const least = quality === undefined ? -1 : MODEL_QUALITIES.indexOf(quality);
  return catalogue
    .filter(({ locality }) => locality !== 'cloud')
    .filter(({ capabilities }) => wanted.every((ability) => capabilities?.[ability] === true))
    .filter((entry) => gradeIndex(entry) >= least)
    .flatMap((entry) =>
      (entry.sizes ?? []).map((size) => ({ entry, size, offer: toOffer(entry, size, { ...input, bandwidth }) })),
    )
    .filter((each): each is typeof each & { offer: Offer } => each.offer !== undefined)
    .sort(
      (left, right) =>
        Number(isUsable(right.offer)) - Number(isUsable(left.offer)) ||
        gradeIndex(right.entry) - gradeIndex(left.entry) ||
        right.size.bytes - left.size.bytes,
    )
    .slice(0, OFFERS_SHOWN)
    .map(({ offer }) => offer);
}
