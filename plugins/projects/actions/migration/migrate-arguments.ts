import { UsageError } from 'wooster';
import { z } from 'zod';
import { requireOneChoice } from './store-choice.ts';

/** What `migrate` is given. */
export const migrateArguments = z.object({
  operation: z.enum(['status']).optional().describe('status: how each store stands; without it, stores are moved'),
  project: z.string().optional().describe('name of the project'),
  userProfile: z.boolean().default(false).describe('the store of what is known of the user'),
  all: z.boolean().default(false).describe('every project and the user profile, one after another'),
  to: z.string().optional().describe('the model to move to; the one of the settings without it'),
  dimensions: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('shorter vectors, where the model was trained to be cut to this length'),
  plan: z.boolean().default(false).describe('print what it would take, and change nothing'),
  rate: z.number().positive().optional().describe('texts embedded in a second at most'),
  questions: z
    .string()
    .optional()
    .describe('file with one question a line, asked in both spaces; `questions.txt` of the project without it'),
  pause: z.boolean().default(false).describe('ask the process that fills to stop after its batch'),
  rollback: z.boolean().default(false).describe('search with the model of before again'),
  prune: z.boolean().default(false).describe('delete the vectors that are not searched, after asking'),
  accept: z.boolean().default(false).describe('record that the model that answers now may be used with the vectors'),
  yes: z.boolean().default(false).describe('do not ask: spend what it costs, delete what is pruned'),
});

/** What `migrate` is given. */
export type MigrateArguments = z.output<typeof migrateArguments>;

const MODES = ['plan', 'pause', 'rollback', 'prune', 'accept'] as const;

/** What is to be done with the stores. */
type MigrateOperation = 'run' | 'status' | (typeof MODES)[number];

/** Values that mean something to some operations only. */
const VALUES = {
  to: ['run', 'plan'],
  dimensions: ['run', 'plan'],
  rate: ['run'],
  questions: ['run'],
} as const satisfies Partial<Record<keyof MigrateArguments, readonly MigrateOperation[]>>;

function nameOf(operation: MigrateOperation): string {
  return operation === 'status' ? 'status' : `--${operation}`;
}

/** The operation that the flags ask for; UsageError, with the line that is right, where they do not go together. */
export function operationOf(args: MigrateArguments): MigrateOperation {
  const modes = MODES.filter((mode) => args[mode]);
  const [mode] = modes;
  if (modes.length > 1) {
    throw new UsageError(`choose one of ${modes.map(nameOf).join(' and ')}: wooster migrate ... ${nameOf(mode!)}`);
  }
  if (args.operation === 'status' && mode !== undefined) {
    throw new UsageError(`status goes without ${nameOf(mode)}: wooster migrate status`);
  }
  const operation = args.operation ?? mode ?? 'run';
  for (const value of ['to', 'dimensions', 'rate', 'questions'] as const) {
    if (args[value] === undefined || VALUES[value].some((each) => each === operation)) continue;
    throw new UsageError(`--${value} says nothing to ${nameOf(operation)}: leave it out`);
  }
  if (operation === 'status') return operation;
  requireOneChoice(args, operation === 'run' ? 'migrate' : `migrate ${nameOf(operation)}`);
  if (args.all && operation !== 'run' && operation !== 'plan') {
    throw new UsageError(
      `${nameOf(operation)} is for one store at a time: wooster migrate --project <name> ${nameOf(operation)}`,
    );
  }
  return operation;
}
