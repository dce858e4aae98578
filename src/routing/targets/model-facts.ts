import type { CatalogueEntry } from '../../contracts/models/catalogue.ts';
import type {
  Fact,
  FactOrigin,
  Locality,
  ModelCapability,
  ModelInfo,
  Price,
} from '../../contracts/models/model-info.ts';
import type { MeasurementRecord } from '../../contracts/routing/routing-state.ts';
import { parseModelName, plainNameOf } from '../../kernel/models/model-name.ts';

/** What real calls have taught about one target. */
export interface Correction {
  readonly contextTokens?: number;
  readonly lacks?: readonly ModelCapability[];
}

/** How much of the model's name a pattern of the catalogue names: all of it, a beginning before `*`, or undefined for another name. */
function specificity(pattern: string, name: string): number | undefined {
  if (!pattern.endsWith('*')) return name === pattern ? Infinity : undefined;
  return name.startsWith(pattern.slice(0, -1)) ? pattern.length - 1 : undefined;
}

/** The names under which an entry may speak of a model: as it is written and, of a local one, its plain name. */
function namesOf(modelId: string, locality: Locality): readonly string[] {
  const plain = locality === 'local' ? plainNameOf(parseModelName(modelId)) : undefined;
  return [...new Set([modelId.toLowerCase(), ...(plain === undefined ? [] : [plain])])];
}

/** The entry that names most of the model's name, of those that speak of models which run there; of equal ones the first. */
export function findCatalogueEntry(
  modelId: string,
  locality: Locality,
  catalogue: readonly CatalogueEntry[],
): CatalogueEntry | undefined {
  const names = namesOf(modelId, locality);
  let best: { readonly entry: CatalogueEntry; readonly named: number } | undefined;
  for (const entry of catalogue) {
    if (entry.locality !== undefined && entry.locality !== locality) continue;
    const grades = entry.matches.flatMap((pattern) => names.map((name) => specificity(pattern, name) ?? -1));
    const named = Math.max(...grades);
    if (named > (best?.named ?? -1)) best = { entry, named };
  }
  return best?.entry;
}

/** The prices of an entry with the date on which they were read. */
function datedPrices({ prices, date }: CatalogueEntry): readonly Price[] | undefined {
  return prices?.map((price) => ({ ...price, asOf: price.asOf ?? date }));
}

/** The facts of an entry, in the fields of a model. */
function factsOf(entry: CatalogueEntry): Partial<ModelInfo> {
  const origin: FactOrigin = entry.isConfigured === true ? 'config' : 'catalogue';
  const fact = <T>(value: T | undefined): Fact<T> | undefined => (value === undefined ? undefined : { value, origin });
  const facts: Partial<ModelInfo> = {
    contextTokens: fact(entry.contextTokens),
    maxOutputTokens: fact(entry.maxOutputTokens),
    prices: fact(datedPrices(entry)),
    licence: fact(entry.licence),
    family: fact(entry.family),
    variant: fact(entry.variant),
    shape: fact(entry.shape),
    quality: fact(entry.quality),
    parameterCount: fact(entry.sizes?.[0]?.parameters),
  };
  return withoutUndefined(facts);
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
}

/** Facts that win over those of servers: what was measured, and what the person wrote. */
function isFirm(fact: Fact<unknown> | undefined): boolean {
  return fact?.origin === 'measured' || fact?.origin === 'config';
}

/** An entry of the settings goes over what servers tell, any other fills what is unknown. */
function withEntry(model: ModelInfo, entry: CatalogueEntry): ModelInfo {
  const isOver = entry.isConfigured === true;
  const origin: FactOrigin = isOver ? 'config' : 'catalogue';
  const facts: Record<string, unknown> = factsOf(entry);
  const known: Readonly<Record<string, unknown>> = withoutUndefined(model);
  const kept = Object.entries(known).filter(
    ([name, fact]) => !isOver || !(name in facts) || isFirm(fact as Fact<unknown>),
  );
  const capabilities: Partial<Record<ModelCapability, Fact<boolean>>> = { ...model.capabilities };
  for (const [capability, value] of Object.entries(entry.capabilities ?? {})) {
    if (capabilities[capability] === undefined || (isOver && !isFirm(capabilities[capability]))) {
      capabilities[capability] = { value, origin };
    }
  }
  return { ...model, ...facts, ...Object.fromEntries(kept), capabilities };
}

/**
 * Facts of the catalogue entry that names the model most closely: one of the settings goes over what the server tells,
 * though not over what was measured; any other fills only what is unknown.
 */
export function addCatalogueFacts(model: ModelInfo, catalogue: readonly CatalogueEntry[]): ModelInfo {
  const locality = model.locality.value;
  const own = findCatalogueEntry(
    model.modelId,
    locality,
    catalogue.filter(({ isConfigured }) => isConfigured === true),
  );
  const known = catalogue.filter(({ isConfigured }) => isConfigured !== true);
  const entry = findCatalogueEntry(model.modelId, locality, known);
  const overridden = own === undefined ? model : withEntry(model, own);
  return entry === undefined ? overridden : withEntry(overridden, entry);
}

/** Fills family, variant, quantisation and parameters from the name where nothing else tells them. */
export function addNameFacts(model: ModelInfo): ModelInfo {
  const { family, variant: named, quantization, size } = parseModelName(model.modelId);
  // A family of the catalogue may have words of the variant in its name: `qwen2.5-coder`.
  const told = (model.family?.value ?? '').split('-');
  const apart = named?.split('-').filter((word) => !told.includes(word));
  const variant = apart === undefined || apart.length === 0 ? undefined : apart.join('-');
  const facts = withoutUndefined({
    family: family === undefined ? undefined : fromName(family),
    variant: variant === undefined ? undefined : fromName(variant),
    quantization: quantization === undefined ? undefined : fromName(quantization),
    parameterCount: size === undefined ? undefined : fromName(size.toUpperCase()),
  });
  return { ...model, ...facts, ...withoutUndefined(model) };
}

function fromName(value: string): Fact<string> {
  return { value, origin: 'catalogue' };
}

/** Joins what was measured of the model here; a record of other weights, by their digest, no longer holds. */
export function addMeasurements(model: ModelInfo, record: MeasurementRecord | undefined): ModelInfo {
  const digest = model.digest?.value;
  if (record === undefined || (record.digest !== undefined && digest !== undefined && record.digest !== digest)) {
    return model;
  }
  const { speed, toolUse, memoryMiB } = record;
  return {
    ...model,
    ...(speed !== undefined && { speed: { value: speed, origin: 'measured' } }),
    ...(toolUse !== undefined && { toolUse: { value: toolUse, origin: 'measured' } }),
    ...(memoryMiB !== undefined && { memoryMiB: { value: memoryMiB, origin: 'measured' } }),
  };
}

/** Puts what was measured over what was told; a measured window only ever narrows the known one. */
export function correctFacts(model: ModelInfo, correction: Correction | undefined): ModelInfo {
  if (correction === undefined) return model;
  const capabilities: Partial<Record<ModelCapability, Fact<boolean>>> = { ...model.capabilities };
  for (const capability of correction.lacks ?? []) capabilities[capability] = { value: false, origin: 'measured' };
  const measured = correction.contextTokens;
  const told = model.contextTokens;
  const isNarrower = measured !== undefined && (told === undefined || measured < told.value);
  return { ...model, capabilities, contextTokens: isNarrower ? { value: measured, origin: 'measured' } : told };
}
