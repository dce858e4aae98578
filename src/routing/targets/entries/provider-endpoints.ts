import { isWoosterError } from '../../../contracts/errors/wooster-error.ts';
import type { ProviderDescriptor } from '../../../contracts/models/provider.ts';
import type { ProviderEntry } from '../../../contracts/settings/settings.ts';
import { normalizeBaseUrl } from '../../../kernel/http/base-url.ts';

/** An entry with several endpoints as one entry for each, with a key that tells them apart. */
export function expandEntry(entry: ProviderEntry): readonly (readonly [key: string, entry: ProviderEntry])[] {
  const { targets } = entry;
  if (targets === undefined || targets.length === 0) return [[entry.id, entry]];
  return targets.map(({ baseUrl, slots = entry.slots, queue = entry.queue }) => [
    `${entry.id}@${baseUrl}`,
    { ...entry, baseUrl, slots, queue },
  ]);
}

/** Host and port, by which two spellings of one address are the same; undefined for what is none. */
function addressOf(baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined) return undefined;
  try {
    return normalizeBaseUrl(baseUrl).address.replace(/^localhost:/, '127.0.0.1:');
  } catch (error) {
    if (isWoosterError(error)) return undefined;
    throw error;
  }
}

/** Whether a server that was found is one that is configured: by its id, or by its address. */
export function givesWay(
  found: ProviderEntry,
  configured: ProviderEntry,
  kindOf: (kind: string) => Pick<ProviderDescriptor, 'defaultBaseUrl'> | undefined,
): boolean {
  if (found.id === configured.id) return true;
  const address = addressOf(found.baseUrl);
  const own = configured.targets?.map(({ baseUrl }) => baseUrl) ?? [
    configured.baseUrl ?? kindOf(configured.kind)?.defaultBaseUrl,
  ];
  return address !== undefined && own.some((baseUrl) => addressOf(baseUrl) === address);
}
