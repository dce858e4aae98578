import { z } from 'zod';

/** Options of a provider entry that every local server takes. */
export const serverSettingsSchema = z.strictObject({
  /** Window in tokens: asked of Ollama as `num_ctx`, and believed of servers that do not tell theirs. */
  contextTokens: z.int().positive().optional(),
  /** How long Ollama keeps the model in memory: `30m`, seconds, or -1 for ever. */
  keepAlive: z.union([z.string().regex(/^-?\d+(\.\d+)?(ns|us|ms|s|m|h)?$/), z.number()]).optional(),
  /** Thinking on, off or how much, for models that think. */
  think: z.union([z.boolean(), z.enum(['low', 'medium', 'high'])]).optional(),
  /** Where the server departs from its dialect beyond what is known of its engine. */
  quirks: z
    .array(
      z.enum([
        'rejects-json-object',
        'ignores-response-format',
        'ignores-tool-choice',
        'may-ignore-tools',
        'no-embeddings',
        'no-stream-options',
        'short-default-output',
        'any-failure-is-404',
        'think-tags',
        'done-after-interruption',
      ]),
    )
    .default([]),
});

/** Options of a local server after parsing. */
export type ServerSettings = z.output<typeof serverSettingsSchema>;
