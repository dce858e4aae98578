import type { BudgetStatus, UsageSummary } from 'wooster';
import { z } from 'zod';

/** What the answers of local models would have cost at a cloud. */
const savingsSchema = z.object({
  model: z.string(),
  usd: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  source: z.string().describe('where the prices are from'),
  asOf: z.string().optional().describe('ISO date of the prices'),
});

/** What the answers of local models would have cost at a cloud. */
export type Savings = z.output<typeof savingsSchema>;

/** What groups can be made by. */
const GROUPINGS = ['day', 'model', 'project', 'task', 'provider'] as const;

/** What `usage` tells, as `--json` prints it. */
const reportSchema = z.object({
  from: z.number().optional().describe('milliseconds since 1970; absent without a beginning'),
  to: z.number().optional(),
  project: z.string().optional(),
  provider: z.string().optional(),
  by: z.enum(GROUPINGS),
  total: z.custom<UsageSummary>(),
  groups: z.array(z.custom<UsageSummary>()),
  days: z.array(z.custom<UsageSummary>()),
  shares: z.object({ local: z.number(), cache: z.number(), failed: z.number() }).describe('of all calls, 0 to 1'),
  savings: savingsSchema.optional(),
  compareProblem: z.string().optional(),
  budgets: z.array(z.custom<BudgetStatus>()),
  isLedgerEmpty: z.boolean(),
});

/** What `usage` tells. */
export type UsageReport = z.output<typeof reportSchema>;

const exportSchema = z.object({ file: z.string(), format: z.enum(['csv', 'jsonl']), rows: z.number() });

/** What `usage` gives: the report, or what was exported. */
export const resultSchema = z.union([z.object({ exported: exportSchema }), z.object({ report: reportSchema })]);

/** What was exported. */
export type Exported = z.output<typeof exportSchema>;

/** What `usage` gives. */
export type UsageResult = z.output<typeof resultSchema>;

/** What is asked for on the command line. */
export const argsSchema = z.object({
  since: z
    .string()
    .default('30d')
    .describe('from when on: 7d, 24h, 4w, today, yesterday, week, month, year, all, 2026-03 or 2026-03-01'),
  until: z.string().optional().describe('until when, the named day or month included; now without it'),
  by: z.enum(GROUPINGS).default('model').describe('what the table is made by'),
  project: z.string().optional().describe('only calls about this project'),
  provider: z.string().optional().describe('only calls of this provider'),
  compare: z
    .string()
    .optional()
    .describe('cloud model against which the savings of local models are reckoned; usage.compareWith without it'),
  export: z
    .string()
    .optional()
    .describe('write the calls to this file (.csv or .jsonl) instead; - for standard output'),
  format: z.enum(['csv', 'jsonl']).optional().describe('form of the export, where its name does not tell'),
  force: z.boolean().default(false).describe('replace the file of the export'),
});

/** What is asked for on the command line. */
export type UsageArguments = z.output<typeof argsSchema>;
