import type { CatalogueEntry } from '../../contracts/models/catalogue.ts';
import type { Fact, ModelCapability, ModelInfo } from '../../contracts/models/model-info.ts';

/** What real calls have taught about one target. */
export interface Correction {
  readonly contextTokens?: number;
  readonly lacks?: readonly ModelCapability[];
}

/** True when a pattern of the catalogue speaks of the model; `*` at its end matches any rest. */
function doesMatch(pattern: string, modelId: string): boolean {
  const name = modelId.toLowerCase();
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function fromCatalogue<T>(value: T | undefined): Fact<T> | undefined {
  return value === undefined ? undefined : { value, origin: 'catalogue' };
}

/** Fills what is unknown of a model from the first catalogue entry that names it; a known fact is never replaced. */
export function addCatalogueFacts(model: ModelInfo, catalogue: readonly CatalogueEntry[]): ModelInfo {
  const entry = catalogue.find((each) => each.matches.some((pattern) => doesMatch(pattern, model.modelId)));
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
    prices: model.prices ?? fromCatalogue(entry.prices),
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
