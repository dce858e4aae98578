import { ConfigError, defineExtensionPoint } from 'wooster';
import type { ExtensionPoint } from 'wooster';
import type { z } from 'zod';
import { chatWeightsSchema, embedderWeightsSchema } from './weights-entry.ts';
import type {
  ChatWeights,
  ChatWeightsInput,
  EmbedderWeights,
  EmbedderWeightsInput,
  WeightsEntryInput,
} from './weights-entry.ts';

/** Weights that the embedded engines may be asked for; the plugin contributes its own lists to it. */
export const EMBEDDED_WEIGHTS: ExtensionPoint<WeightsEntryInput> = defineExtensionPoint<WeightsEntryInput>({
  id: 'embedded-weights',
  summary: 'weights of embedded models: files, checksums and sources in order',
  idOf: (entry) => entry.id,
});

/** Whether an entry is an embedder, which is a folder of files, rather than a chat model, which is one file. */
export function isEmbedderEntry(entry: WeightsEntryInput): entry is EmbedderWeightsInput {
  return 'files' in entry;
}

function parse<Schema extends z.ZodType>(schema: Schema, entry: WeightsEntryInput): z.output<Schema> {
  const result = schema.safeParse(entry);
  if (result.success) return result.data;
  const fault = result.error.issues[0];
  const path = `${entry.id}.${fault?.path.join('.') ?? ''}`;
  throw new ConfigError(`weights entry ${path}: ${fault?.message ?? 'wrong'}; correct the plugin that contributes it`, {
    path,
  });
}

/** Checks a contributed chat model; E_CONFIG names the entry and the first wrong field. */
export function parseChatWeights(entry: ChatWeightsInput): ChatWeights {
  return parse(chatWeightsSchema, entry);
}

/** Checks a contributed embedder; E_CONFIG names the entry and the first wrong field. */
export function parseEmbedderWeights(entry: EmbedderWeightsInput): EmbedderWeights {
  return parse(embedderWeightsSchema, entry);
}
