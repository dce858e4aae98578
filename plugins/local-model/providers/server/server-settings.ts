import { TOOL_WAYS } from 'wooster';
import { z } from 'zod';
import { QUIRKS } from '../../client/quirks.ts';

/** Options of a provider entry that every local server takes. */
export const serverSettingsSchema = z.strictObject({
  /** Window in tokens: asked of Ollama as `num_ctx`, and believed of servers that do not tell theirs. */
  contextTokens: z.int().positive().optional(),
  /** How long Ollama keeps the model in memory: `30m`, seconds, or -1 for ever. */
  keepAlive: z.union([z.string().regex(/^-?\d+(\.\d+)?(ns|us|ms|s|m|h)?$/), z.number()]).optional(),
  /** Where the server keeps its models, when it runs on this machine: room is looked for there before a pull. */
  modelsDirectory: z.string().min(1).optional(),
  /** Thinking on, off or how much, for models that think. */
  think: z.union([z.boolean(), z.enum(['low', 'medium', 'high'])]).optional(),
  /** How its models call tools: `auto` chooses for each model; `off` never offers any. */
  tools: z.enum(['auto', ...TOOL_WAYS, 'off']).default('auto'),
  /** Tokens of one text that it embeds, where that is more or less than its engine does by itself (`--ubatch-size`). */
  embeddingTokens: z.int().positive().optional(),
  /** The server puts the prefixes of an embedding model before texts by itself, so that they are not added here. */
  addsPrefixes: z.boolean().default(false),
  /** Where the server departs from its dialect beyond what is known of its engine. */
  quirks: z.array(z.enum(QUIRKS)).default([]),
});

/** Options of a local server after parsing. */
export type ServerSettings = z.output<typeof serverSettingsSchema>;
