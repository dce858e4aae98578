import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { ModelCapability, Price } from './model-info.ts';

/** What is publicly known of a model, dated and with its source; facts of servers and measurements win over it. */
export interface CatalogueEntry {
  /** Unique within the catalogue. */
  readonly id: string;
  /** Model ids it speaks of, as servers write them, lower case; `*` at the end matches any rest. */
  readonly matches: readonly string[];
  readonly source: string;
  /** ISO date on which the source was read. */
  readonly date: string;
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  readonly capabilities?: Readonly<Partial<Record<ModelCapability, boolean>>>;
  readonly prices?: readonly Price[];
  readonly licence?: string;
}

/** Public knowledge about models. */
export const CATALOGUE: ExtensionPoint<CatalogueEntry> = defineExtensionPoint<CatalogueEntry>({
  id: 'catalogue',
  summary: 'public knowledge about models, dated and with its source',
  idOf: (entry) => entry.id,
});
