import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Pooling } from './embedding-model.ts';
import type { Locality, ModelCapability, Price } from './model-info.ts';

/** What is publicly known of a model, dated and with its source; facts of servers and measurements win over it. */
export interface CatalogueEntry {
  /** Unique within the catalogue. */
  readonly id: string;
  /** Model ids it speaks of, as servers write them, lower case; `*` at the end matches any rest. */
  readonly matches: readonly string[];
  /** Only of models that run there: local servers give their models the names of well-known clouds. */
  readonly locality?: Locality;
  readonly source: string;
  /** ISO date on which the source was read. */
  readonly date: string;
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  readonly capabilities?: Readonly<Partial<Record<ModelCapability, boolean>>>;
  readonly prices?: readonly Price[];
  readonly licence?: string;
}

/** What is publicly known of an embedding model, dated and with its source. */
export interface EmbedderEntry {
  /** Name of the weights, as their publisher writes it: `sentence-transformers/all-MiniLM-L6-v2`. */
  readonly id: string;
  /** Names that servers give it, lower case, without a tag; `*` at the end matches any rest. */
  readonly matches: readonly string[];
  readonly source: string;
  /** ISO date on which the source was read. */
  readonly date: string;
  readonly dimensions: number;
  readonly maxTokens: number;
  /** Tokens that GGUF builds of it read, where they read less. */
  readonly ggufMaxTokens?: number;
  readonly pooling: Pooling;
  readonly isNormalized: boolean;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Shorter lengths it was trained for, longest first. */
  readonly shorterDimensions?: readonly number[];
  readonly prices?: readonly Price[];
}

/** Public knowledge about embedding models. */
export const EMBEDDERS: ExtensionPoint<EmbedderEntry> = defineExtensionPoint<EmbedderEntry>({
  id: 'embedders',
  summary: 'public knowledge about embedding models: dimensions, window, pooling, prefixes',
  idOf: (entry) => entry.id,
});

/** Public knowledge about models. */
export const CATALOGUE: ExtensionPoint<CatalogueEntry> = defineExtensionPoint<CatalogueEntry>({
  id: 'catalogue',
  summary: 'public knowledge about models, dated and with its source',
  idOf: (entry) => entry.id,
});
