import { z } from 'zod';
import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Pooling } from './embedding-model.ts';
import { MODEL_QUALITIES } from './model-info.ts';
import type { Price } from './model-info.ts';

/** ISO date on which a source was read. */
const dateSchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-11-28');

const tokensSchema = z.int().positive();

const priceSchema = z.strictObject({
  unit: z.enum(['input-token', 'output-token', 'cached-input-token', 'cache-write-token', 'call', 'image', 'second']),
  quantity: z.number().positive(),
  usd: z.number().nonnegative(),
  asOf: dateSchema.optional(),
});

const shapeSchema = z.strictObject({
  layers: z.int().positive(),
  kvHeads: z.int().positive(),
  keyLength: z.int().positive(),
  valueLength: z.int().positive(),
  embeddingLength: z.int().positive(),
  vocabularySize: z.int().positive().optional(),
  slidingWindow: z.strictObject({ tokens: z.int().positive(), layers: z.int().positive() }).optional(),
});

/** One published form of the weights, and the name by which each kind of server fetches it. */
const publishedSizeSchema = z.strictObject({
  /** As people say it: `8B`. */
  parameters: z.string().min(1),
  parameterCount: z.int().positive().optional(),
  /** Absent where the source does not tell it. */
  quantization: z.string().min(1).optional(),
  /** As exactly as the source tells it. */
  bytes: z.int().positive(),
  pull: z.strictObject({
    ollama: z.string().min(1).optional(),
    lmstudio: z.string().min(1).optional(),
    /** `owner/name`, with the file after a `#` where there are several. */
    hub: z.string().min(1).optional(),
    /** Id of the weights that the embedded engine fetches. */
    embedded: z.string().min(1).optional(),
  }),
});

const qualitySchema = z.strictObject({
  grade: z.enum(MODEL_QUALITIES),
  source: z.string().min(1),
  date: dateSchema,
});

/** What makes an entry of the catalogue; what contributes a wrong one is told the entry and the field. */
export const catalogueEntrySchema = z.strictObject({
  /** Unique within the catalogue. */
  id: z.string().min(1),
  /**
   * Model ids it speaks of, as servers write them, lower case; `*` at the end matches any rest. A local model is found by
   * its plain name too (`llama3.2:3b`), whatever the spelling of its server.
   */
  matches: z.array(z.string().min(1)).min(1).readonly(),
  /** Only of models that run there: local servers give their models the names of well-known clouds. */
  locality: z.enum(['local', 'cloud']).optional(),
  source: z.string().min(1),
  date: dateSchema,
  contextTokens: tokensSchema.optional(),
  maxOutputTokens: tokensSchema.optional(),
  capabilities: z.record(z.string(), z.boolean()).optional(),
  prices: z.array(priceSchema).readonly().optional(),
  licence: z.string().min(1).optional(),
  family: z.string().min(1).optional(),
  variant: z.string().min(1).optional(),
  shape: shapeSchema.optional(),
  /** The form that servers fetch by default first. */
  sizes: z.array(publishedSizeSchema).readonly().optional(),
  quality: qualitySchema.optional(),
  /** Written in the settings: wins over what servers tell. */
  isConfigured: z.boolean().optional(),
});

/** What is publicly known of a model, dated and with its source; facts of servers and measurements win over it. */
export type CatalogueEntry = Readonly<z.output<typeof catalogueEntrySchema>>;

/** One published form of the weights of a model. */
export type PublishedSize = Readonly<z.output<typeof publishedSizeSchema>>;

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

/** A part of the catalogue that is read when the first list of models is, so that a start does not pay for it. */
export interface CatalogueSource {
  readonly id: string;
  load(): Promise<readonly CatalogueEntry[]>;
}

/** Parts of the catalogue that are read when they are needed. */
export const CATALOGUE_SOURCES: ExtensionPoint<CatalogueSource> = defineExtensionPoint<CatalogueSource>({
  id: 'catalogue-sources',
  summary: 'parts of the catalogue of models that are read when they are needed',
  idOf: (source) => source.id,
});
