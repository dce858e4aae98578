import { z } from 'zod';
import { setting, textSchema } from './setting.ts';

const treatmentSchema = z.enum(['off', 'redact', 'no-training', 'local-only']);

const ruleSchema = z
  .strictObject({
    name: textSchema,
    treatment: z.enum(['redact', 'no-training', 'local-only']),
    project: textSchema.optional(),
    conversation: textSchema.optional(),
    task: textSchema.optional(),
    purpose: textSchema.optional(),
    words: z.array(textSchema).min(1).optional(),
    pattern: textSchema.refine(isPattern, 'wanted a regular expression').optional(),
  })
  .refine(
    ({ treatment, words, pattern }) => treatment !== 'redact' || words !== undefined || pattern !== undefined,
    'wanted `words` or a `pattern` to redact',
  );

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'iu').source !== '';
  } catch {
    return false;
  }
}

/** How far content may go, besides `routing.privacy`. */
export const privacySchema = z.strictObject({
  detect: z
    .object({})
    .catchall(
      setting(
        treatmentSchema,
        'What becomes of content in which the detector of that name finds something: `off`, `redact` (replaced for clouds and put back in the answer), or the class that the call takes.',
        { defaultText: "the detector's own: `wooster privacy` shows it" },
      ),
    )
    .optional(),
  firstUse: setting(
    z.enum(['ask', 'refuse', 'allow']),
    'What happens when a cloud that is permitted would get what is about a project for the first time.',
  ),
  rules: setting(
    z.array(ruleSchema),
    'Rules of your own: `name`, `treatment`, and the conditions that must hold (`project`, `conversation`, `task`, `purpose`, `words`, `pattern`). Those of all layers hold together.',
    { defaultText: 'none' },
  ),
});

const usdSchema = z.number().min(0).max(1_000_000);

const periodCaps = {
  dayUsd: setting(usdSchema, 'Most that a calendar day may cost, USD; 0 allows nothing that costs.', {
    defaultText: 'no cap',
  }),
  weekUsd: setting(usdSchema, 'Most that a week from Monday on may cost, USD.', { defaultText: 'no cap' }),
  monthUsd: setting(usdSchema, 'Most that a calendar month may cost, USD.', { defaultText: 'no cap' }),
  totalUsd: setting(usdSchema, 'Most that all calls together may ever cost, USD.', { defaultText: 'no cap' }),
};

/** Caps on what may be spent on clouds; local calls cost nothing and always pass. */
export const budgetSchema = z.strictObject({
  ...periodCaps,
  conversationUsd: setting(usdSchema, 'Most that one conversation may ever cost, USD.', { defaultText: 'no cap' }),
  projects: z.object({}).catchall(z.strictObject(periodCaps)).optional(),
  providers: z.object({}).catchall(z.strictObject(periodCaps)).optional(),
  warnAtPercent: setting(z.number().min(1).max(100), 'Share of a cap from which a warning is told, percent.'),
  outputTokens: setting(
    z.int().min(16).max(1_048_576),
    'Longest answer of a paid call under a cap, tokens, where nothing else limits it: without a limit a call has no upper bound.',
  ),
});

/** What the ledger keeps. */
export const usageSchema = z.strictObject({
  texts: setting(
    z.enum(['hash', 'text', 'none']),
    'Whether the ledger keeps prompts and answers: their hashes (under a key of the workspace), the texts, or neither.',
  ),
  retentionDays: setting(z.int().min(1).max(36_500), 'How long rows of the ledger are kept, days.'),
  textRetentionDays: setting(z.int().min(1).max(36_500), 'How long the texts are kept, days.'),
  compareWith: setting(textSchema, 'Model of the catalogue against which `wooster usage` reckons what was saved.'),
});

/** Answers kept for equal calls. */
export const cacheSchema = z.strictObject({
  enabled: setting(z.boolean(), 'Whether answers are kept for equal calls.'),
  mode: setting(
    z.enum(['auto', 'always']),
    'Which calls may be answered from kept answers: those at temperature 0, or all.',
  ),
  ttlSeconds: setting(z.number().min(1).max(31_536_000), 'How long an answer is kept, seconds.'),
  maxMiB: setting(z.number().min(0.1).max(65_536), 'Most that kept answers may take on disk, MiB.'),
});
