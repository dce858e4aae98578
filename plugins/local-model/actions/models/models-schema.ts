import { MODEL_QUALITIES, TOOL_WAYS } from 'wooster';
import { z } from 'zod';
import { discoverResultSchema } from '../../discovery/operation/discover-schema.ts';

/** What `models` can be asked to do. */
const OPERATIONS = ['list', 'show', 'recommend', 'bench', 'compare', 'pull', 'load', 'unload'] as const;

/** What a model can be wanted for. */
const TASKS = ['chat', 'code', 'summary', 'reasoning', 'vision', 'embedding', 'image', 'video', 'speech'] as const;

/** The command line of `models`. */
export const modelsArguments = z.object({
  operation: z.enum(OPERATIONS).default('list').describe('what to do'),
  names: z.array(z.string()).default([]).describe('models, as provider:model'),
  local: z.boolean().default(false).describe('list: only models of this machine'),
  discover: z.boolean().default(false).describe('list: look for servers that are not configured, now'),
  save: z.boolean().default(false).describe('with --discover: write what was found into config/local.json'),
  task: z.enum(TASKS).default('chat').describe('recommend: what it is for'),
  images: z.boolean().default(false).describe('recommend: it must see pictures'),
  tools: z.boolean().default(false).describe('recommend: it must call tools'),
  schema: z.boolean().default(false).describe('recommend: it must keep to a JSON schema'),
  current: z
    .boolean()
    .default(false)
    .describe('recommend: about what is true today, so it must call tools that look it up'),
  context: z.int().positive().optional().describe('recommend: tokens of prompt and answer'),
  quality: z.enum(MODEL_QUALITIES).optional().describe('recommend: least grade'),
  speed: z.number().positive().optional().describe('recommend: least measured tokens a second'),
  budget: z.number().min(0).optional().describe('recommend: USD that a call may cost'),
  optimize: z.enum(['quality', 'speed']).optional().describe('recommend: what weighs most'),
  prefer: z.enum(['local', 'cloud']).optional().describe('recommend: where it should run, if it can'),
  prompt: z.string().optional().describe('compare: ask both this and show what they say'),
});

/** Parsed command line of `models`. */
export type ModelsArguments = z.output<typeof modelsArguments>;

/** One model of the list. */
const modelRowSchema = z.object({
  model: z.string().describe('provider:model'),
  locality: z.string(),
  state: z.string(),
  kinds: z.array(z.string()),
  isConfigured: z.boolean(),
  isDiscovered: z.boolean(),
  isLoaded: z.boolean().optional(),
  contextTokens: z.number().optional(),
  sizeBytes: z.number().optional(),
  quantization: z.string().optional(),
  capabilities: z.record(z.string(), z.boolean()),
  isPreferred: z.boolean(),
});

/** One model of the list. */
export type ModelRow = z.output<typeof modelRowSchema>;

/** What was measured of one model. */
const toolScoreSchema = z.object({ tasks: z.number(), valid: z.number(), right: z.number() });

const benchRowSchema = z.object({
  model: z.string(),
  tokensPerSecond: z.number(),
  promptTokensPerSecond: z.number(),
  firstTokenMs: z.number(),
  loadMs: z.number().optional(),
  tools: toolScoreSchema
    .extend({
      way: z.enum(TOOL_WAYS).describe('the way of calling tools in which it did best'),
      ways: z.partialRecord(z.enum(TOOL_WAYS), toolScoreSchema),
    })
    .optional(),
  memoryMiB: z.number().optional(),
});

/** What was measured of one model. */
export type BenchRow = z.output<typeof benchRowSchema>;

/** A fact as it is shown: the value in words, and how it became known. */
const factRowSchema = z.object({ fact: z.string(), value: z.string(), origin: z.string() });

/** A fact as it is shown. */
export type FactRow = z.output<typeof factRowSchema>;

/** One side of a comparison. */
const comparedSchema = z.object({
  model: z.string(),
  facts: z.array(factRowSchema),
  answer: z
    .object({
      text: z.string(),
      totalMs: z.number(),
      outputTokens: z.number().optional(),
      costUsd: z.number().optional(),
    })
    .optional(),
  error: z.string().optional(),
});

/** One side of a comparison. */
export type Compared = z.output<typeof comparedSchema>;

/** A model that is not here and would do on this machine. */
const offerSchema = z.object({
  name: z.string(),
  grade: z.string().optional(),
  gradeSource: z.string().optional(),
  needsMiB: z.number(),
  verdict: z.string(),
  contextTokens: z.number().optional(),
  sizeBytes: z.number().optional(),
  licence: z.string().optional(),
  tokensPerSecond: z.number().optional().describe('reckoned from what was measured of a model that is here'),
  command: z.string(),
});

/** A model that is not here and would do on this machine. */
export type Offer = z.output<typeof offerSchema>;

const endpointSchema = z.object({
  address: z.string().optional(),
  seconds: z.number(),
  sizeBytes: z.number().optional(),
  vramBytes: z.number().optional(),
  contextTokens: z.number().optional(),
  wasLoaded: z.boolean().optional(),
});

const managedSchema = z.object({
  operation: z.enum(['pull', 'load', 'unload']),
  models: z.array(z.object({ ref: z.string(), endpoints: z.array(endpointSchema) })),
});

/** Models that were fetched, loaded or unloaded. */
export type Managed = z.output<typeof managedSchema>;

const discoveredSchema = discoverResultSchema.extend({ operation: z.literal('discover') });

/** Servers that were found. */
export type Discovered = z.output<typeof discoveredSchema>;

/** What `models` answers. */
export const modelsResult = z.discriminatedUnion('operation', [
  z.object({
    operation: z.literal('list'),
    models: z.array(modelRowSchema),
    silent: z.array(z.string()).describe('providers that told no model'),
    statistics: z.object({
      total: z.number(),
      local: z.number(),
      cloud: z.number(),
      ready: z.number(),
      byProvider: z.record(z.string(), z.number()),
      byKind: z.record(z.string(), z.number()),
    }),
  }),
  z.object({
    operation: z.literal('show'),
    model: z.string(),
    facts: z.array(factRowSchema),
    notes: z.array(z.string()),
  }),
  z.object({
    operation: z.literal('recommend'),
    task: z.string(),
    machine: z.string(),
    primary: z.string().optional(),
    because: z.string().optional(),
    fallbacks: z.array(z.string()),
    rejected: z.array(z.object({ model: z.string(), reasons: z.array(z.string()) })),
    offers: z.array(offerSchema),
  }),
  z.object({ operation: z.literal('bench'), rows: z.array(benchRowSchema) }),
  z.object({ operation: z.literal('compare'), sides: z.array(comparedSchema) }),
  discoveredSchema,
  managedSchema,
]);

/** What `models` answers. */
export type ModelsResult = z.output<typeof modelsResult>;
