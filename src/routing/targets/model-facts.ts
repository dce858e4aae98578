import type { CatalogueEntry } from '../../contracts/models/catalogue.ts';
import type { Fact, Locality, ModelCapability, ModelInfo, Price } from '../../contracts/models/model-info.ts';

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

/** The entry that names most of the model's name, of those that speak of models which run there; of equal ones the first. */
export function findCatalogueEntry(
  modelId: string,
  locality: Locality,
  catalogue: readonly CatalogueEntry[],
): CatalogueEntry | undefined {
  const name = modelId.toLowerCase();
  let best: { readonly entry: CatalogueEntry; readonly named: number } | undefined;
  for (const entry of catalogue) {
    if (entry.locality !== undefined && entry.locality !== locality) continue;
    const named = Math.max(...entry.matches.map((pattern) => specificity(pattern, name) ?? -1));
    if (named > (best?.named ?? -1)) best = { entry, named };
  }
  return best?.entry;
}

/** The prices of an entry with the date on which they were read. */
function datedPrices({ prices, date }: CatalogueEntry): readonly Price[] | undefined {
  return prices?.map((price) => ({ ...price, asOf: price.asOf ?? date }));
}

function fromCatalogue<T>(value: T | undefined): Fact<T> | undefined {
  return value === undefined ? undefined : { value, origin: 'catalogue' };
}

/** Fills what is unknown of a model from the catalogue entry that names it most closely; a known fact is never replaced. */
export function addCatalogueFacts(model: ModelInfo, catalogue: readonly CatalogueEntry[]): ModelInfo {
  const entry = findCatalogueEntry(model.modelId, model.locality.value, catalogue);
  if (entry === undefined) return model;
  const capabilities: Partial<Record<ModelCapability, Fact<boolean>>> = { ...model.capabilities };
  for (const [capability, value] of Object.entries(entry.capabilities ?? {})) {
    if (value !== undefined) capabilities[capability] ??= { value, origin: 'catalogue' };
  }
  return {
    ...model,
    capabilities,
    contextTokens: model.contextTokens ?? fromCatalogue(entry.contextTokens),
    maxOutputTokens: model.maxOutputTokens ?? fromCatalogue(entry.maxOutputTokens),
    prices: model.prices ?? fromCatalogue(datedPrices(entry)),
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
