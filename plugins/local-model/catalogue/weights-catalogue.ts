import { ConfigError, defineExtensionPoint } from 'wooster';
import type { ExtensionPoint } from 'wooster';
import { weightsEntrySchema } from './weights-entry.ts';
import type { WeightsEntry, WeightsEntryInput } from './weights-entry.ts';

/** Weights that the embedded engine may be asked for; the plugin contributes its own list to it. */
export const EMBEDDED_WEIGHTS: ExtensionPoint<WeightsEntryInput> = defineExtensionPoint<WeightsEntryInput>({
  id: 'embedded-weights',
  summary: 'weights of embedded models: file, checksum and sources in order',
  idOf: (entry) => entry.id,
});

/** Checks a contributed entry; E_CONFIG names the entry and the first wrong field. */
export function parseWeightsEntry(entry: WeightsEntryInput): WeightsEntry {
  const result = weightsEntrySchema.safeParse(entry);
  if (result.success) return result.data;
  const fault = result.error.issues[0];
  const path = `${entry.id}.${fault?.path.join('.') ?? ''}`;
  throw new ConfigError(`weights entry ${path}: ${fault?.message ?? 'wrong'}; correct the plugin that contributes it`, {
    path,
  });
}
