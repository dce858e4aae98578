import { z } from 'zod';

/** How far content may go, the strictest first. */
export const CLASSES = ['local-only', 'no-training', 'any'] as const;

/** One provider, or the cloud models of one that has both kinds. */
const providerRowSchema = z.object({
  provider: z.string(),
  where: z.enum(['local', 'cloud']),
  /** Content of which class; local models get anything. */
  receives: z.enum(['nothing', 'any', 'any-or-no-training', 'anything']),
  /** Only texts of these tasks and purposes, where its entry says so. */
  only: z.array(z.string()),
  /** What is about a project. */
  projects: z.enum(['no', 'yes', 'after asking', 'those you allow']),
  why: z.string(),
});

/** One provider, or the cloud models of one that has both kinds. */
export type ProviderRow = z.output<typeof providerRowSchema>;

const classSchema = z.enum(CLASSES);
const treatmentSchema = z.enum(['off', 'redact', 'no-training', 'local-only']);

/** Everything that decides what may go where. */
const reportSchema = z.object({
  localOnlySwitch: z.object({ isOn: z.boolean(), why: z.string() }),
  everyCall: z.object({ privacy: classSchema, why: z.string() }),
  firstUse: z.enum(['ask', 'refuse', 'allow']),
  providers: z.array(providerRowSchema),
  embeddings: z.array(z.object({ purpose: z.string(), model: z.string(), goesTo: z.string(), why: z.string() })),
  detectors: z.array(z.object({ id: z.string(), finds: z.string(), treatment: treatmentSchema, why: z.string() })),
  rules: z.array(z.object({ name: z.string(), holdsFor: z.string(), treatment: treatmentSchema, why: z.string() })),
  classes: z.array(
    z.object({ kind: z.enum(['project', 'conversation']), id: z.string(), privacy: classSchema, since: z.number() }),
  ),
  answers: z.array(z.object({ provider: z.string(), project: z.string(), isAllowed: z.boolean(), since: z.number() })),
  /** What cannot hold as it is written, and choices that cannot be read. */
  notices: z.array(z.string()),
});

/** Everything that decides what may go where. */
export type PrivacyReport = z.output<typeof reportSchema>;

/** What would be found in a text and what follows, without the text. */
const checkSchema = z.object({
  operation: z.literal('check'),
  findings: z.array(z.object({ kind: z.string(), count: z.number() })),
  privacy: classSchema,
  rule: z.string().optional(),
  /** What would be replaced before a cloud gets the rest. */
  replaced: z.number(),
  /** Providers in the cloud that may get it as it stands. */
  clouds: z.array(z.object({ provider: z.string(), afterAsking: z.boolean() })),
});

/** What would be found in a text and what follows. */
export type CheckResult = z.output<typeof checkSchema>;

/** Options of the command. */
export const argsSchema = z.object({
  operation: z
    .enum(['show', 'allow', 'refuse', 'ask', 'set', 'unset', 'check'])
    .default('show')
    .describe('what to do; `ask` forgets an answer, so that it is asked again'),
  what: z.array(z.string()).default([]).describe('the provider, the class, or the text to check'),
  project: z.string().optional().describe('the project it is about'),
  conversation: z.string().optional().describe('the conversation it is about'),
  task: z.string().default('chat').describe('what the text to check would be sent for'),
});

/** What it tells, by operation. */
export const resultSchema = z.discriminatedUnion('operation', [
  reportSchema.extend({ operation: z.literal('show') }),
  checkSchema,
  z.object({
    operation: z.enum(['allow', 'refuse', 'ask']),
    provider: z.string(),
    project: z.string(),
    /** Why the provider gets nothing all the same. */
    barrier: z.string().optional(),
  }),
  z.object({
    operation: z.enum(['set', 'unset']),
    kind: z.enum(['project', 'conversation']),
    id: z.string(),
    privacy: z.enum(CLASSES).optional(),
  }),
]);

/** Parsed options. */
export type PrivacyArguments = z.output<typeof argsSchema>;

/** What the command tells. */
export type PrivacyResult = z.output<typeof resultSchema>;
