import type { EmbeddingSpace } from 'wooster';
import { z } from 'zod';
import { failureSchema } from './store-choice.ts';

const spaceSchema = z.object({ model: z.string(), dimensions: z.number(), spaceId: z.string() });

/** A space as `--json` prints it. */
export function toSpace({ name, dimensions, spaceId }: EmbeddingSpace): z.output<typeof spaceSchema> {
  return { model: name, dimensions, spaceId };
}

const storeFields = { purpose: z.enum(['projects', 'userProfile']), name: z.string() };

const plannedSchema = z.object({
  ...storeFields,
  from: spaceSchema.optional(),
  to: spaceSchema,
  locality: z.enum(['local', 'cloud']),
  how: z.enum(['embed', 'cut']),
  texts: z.number(),
  done: z.number(),
  tokens: z.number(),
  tokensPrecision: z.enum(['exact', 'upper-bound', 'estimate']),
  tooLong: z.number(),
  cutInto: z.number(),
  seconds: z.number(),
  /** Unset where the price is not known. */
  usd: z.number().optional(),
  diskBytes: z.number(),
  freeBytes: z.number().optional(),
  /** The line that does it. */
  command: z.string(),
});

/** What moving a store would take. */
export type PlannedStore = z.output<typeof plannedSchema>;

const verificationSchema = z.object({
  isSound: z.boolean(),
  faults: z.array(z.string()),
  vectors: z.number(),
  sampled: z.number(),
  foundFirst: z.number(),
  overlapAt10: z.number().optional(),
  questions: z.array(z.object({ text: z.string(), overlapAt10: z.number().optional() })),
});

const movedSchema = z.object({
  ...storeFields,
  /** `was-there`: nothing was to be done. `declined`: the person did not want to pay. `left-out`: it is only read. */
  outcome: z.enum(['moved', 'was-there', 'declined', 'left-out']),
  from: spaceSchema.optional(),
  to: spaceSchema.optional(),
  how: z.enum(['embed', 'cut']).optional(),
  embedded: z.number(),
  /** Models whose vectors are kept. */
  kept: z.array(z.string()),
  verification: verificationSchema.optional(),
});

/** What was done with a store. */
export type MovedStore = z.output<typeof movedSchema>;

const failedSchema = z.object({ ...storeFields, outcome: z.literal('failed'), failure: failureSchema });

const standingSchema = z.object({
  ...storeFields,
  from: z.string().optional(),
  to: z.string().optional(),
  /** That of the migration; `none` without one, else the fault of a store that cannot be opened. */
  state: z.string(),
  done: z.number(),
  texts: z.number(),
  oldVectors: z.number(),
  /** The command that goes on; empty where nothing is to be done. */
  next: z.string(),
});

/** How a store stands. */
export type StandingStore = z.output<typeof standingSchema>;

/** A model that was accepted for a store, as `--json` prints it. */
export const acceptedModel = z.object({
  ...storeFields,
  model: z.string(),
  served: z.string(),
  cosine: z.number(),
  verdict: z.string(),
});

/** A model that was accepted for a store. */
export type AcceptedModel = z.output<typeof acceptedModel>;

/** What `migrate` prints with `--json`. */
export const migrateResult = z.discriminatedUnion('operation', [
  z.object({ operation: z.literal('plan'), stores: z.array(z.union([plannedSchema, failedSchema])) }),
  z.object({ operation: z.literal('run'), stores: z.array(z.union([movedSchema, failedSchema])) }),
  z.object({ operation: z.literal('status'), stores: z.array(standingSchema) }),
  z.object({ operation: z.literal('pause'), stores: z.array(standingSchema) }),
  z.object({
    operation: z.literal('rollback'),
    stores: z.array(z.object({ ...storeFields, model: z.string(), missing: z.number() })),
  }),
  z.object({
    operation: z.literal('prune'),
    stores: z.array(
      z.object({ ...storeFields, isPruned: z.boolean(), pruned: z.array(z.string()), vectors: z.number() }),
    ),
  }),
  z.object({ operation: z.literal('accept'), stores: z.array(acceptedModel) }),
]);

/** What `migrate` did. */
export type MigrateResult = z.output<typeof migrateResult>;
