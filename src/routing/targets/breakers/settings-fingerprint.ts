import { createHash } from 'node:crypto';
import type { ProviderEntry } from '../../../contracts/settings/settings.ts';

const known = new WeakMap<ProviderEntry, string>();

/**
 * Tells one configuration of a provider from another; the key only goes in, it cannot be read back. Made once for each
 * entry.
 */
export function fingerprintOf(entry: ProviderEntry): string {
  const made = known.get(entry);
  if (made !== undefined) return made;
  const { kind, baseUrl, model, apiKey, options } = entry;
  const text = JSON.stringify([kind, baseUrl ?? null, model ?? null, apiKey?.reveal() ?? null, options]);
  const fingerprint = createHash('sha256').update(text).digest('hex');
  known.set(entry, fingerprint);
  return fingerprint;
}
