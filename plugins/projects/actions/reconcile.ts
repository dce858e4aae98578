import { defineAction, type Action } from 'wooster';
import { z } from 'zod';
import { failureSchema, requireOneChoice } from './migration/store-choice.ts';
import type { ProjectPorts } from './project-ports.ts';

const argsSchema = z.object({
  project: z.string().optional().describe('name of the project'),
  userProfile: z.boolean().default(false).describe('the store of what is known of the user'),
  all: z.boolean().default(false).describe('every project and the user profile, one after another'),
  plan: z.boolean().default(false).describe('count and price, and change nothing'),
  yes: z.boolean().default(false).describe('spend what it costs without asking'),
});

const storeFields = { purpose: z.enum(['projects', 'userProfile']), name: z.string() };

const broughtSchema = z.object({
  ...storeFields,
  outcome: z.enum(['done', 'planned', 'declined', 'left-out']),
  /** The store's own model; unset where it has none and nothing to embed. */
  model: z.string().optional(),
  fromFallback: z.number(),
  withoutVector: z.number(),
  embedded: z.number(),
  tooLong: z.number(),
  tokens: z.number(),
  /** Unset where the price is not known. */
  usd: z.number().optional(),
  /** Models of which no vectors are left. */
  dropped: z.array(z.string()),
});

const failedSchema = z.object({ ...storeFields, outcome: z.literal('failed'), failure: failureSchema });

const resultSchema = z.object({ stores: z.array(z.union([broughtSchema, failedSchema])) });

/** What came of one store. */
export type BroughtStore = z.output<typeof broughtSchema>;

/** What came of one store, or why nothing did. */
export type ReconciledStore = z.output<typeof resultSchema>['stores'][number];

/** Arguments of `reconcile`. */
export type ReconcileArguments = z.output<typeof argsSchema>;

/** `reconcile`: embeds with the store's own model what a stand-in embedded while that was out of reach. */
export function reconcileAction(ports: ProjectPorts): Action {
  return defineAction({
    id: 'reconcile',
    summary: "Embed with a store's own model what was embedded by a stand-in, or not at all",
    args: argsSchema,
    result: resultSchema,
    examples: ['reconcile --project handbook', 'reconcile --all --plan'],
    run: async (args, context) => {
      requireOneChoice(args, 'reconcile');
      const { reconcileStores } = await import('./migration/reconcile-stores.ts');
      return { stores: await reconcileStores(ports, args, context) };
    },
    render: async ({ stores }, context) => {
      const { renderReconciled } = await import('./migration/reconcile-stores.ts');
      return renderReconciled(stores, context);
    },
    exitCode: ({ stores }) => {
      for (const store of stores) if (store.outcome === 'failed') return store.failure.exitCode;
      return 0;
    },
  });
}
