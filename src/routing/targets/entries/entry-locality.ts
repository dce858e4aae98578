import type { Locality } from '../../../contracts/models/model-info.ts';
import type { ProviderDescriptor } from '../../../contracts/models/provider.ts';
import type { ProviderEntry } from '../../../contracts/settings/settings.ts';
import { normalizeBaseUrl } from '../../../kernel/http/base-url.ts';

/**
 * Where the models of an entry run, before any mark of a single model. Declared by the user: local. A cloud service or
 * an undeclared generic endpoint, which may be a proxy: cloud. A known engine: local inside the host or on a loopback
 * address, cloud anywhere else. ConfigError when the address is none.
 */
export function localityOfEntry(
  entry: ProviderEntry,
  descriptor: Pick<ProviderDescriptor, 'locality'>,
  baseUrl: string | undefined,
): Locality {
  if (entry.isDeclaredLocal) return 'local';
  if (descriptor.locality !== 'local') return 'cloud';
  return baseUrl === undefined || normalizeBaseUrl(baseUrl).isLoopback ? 'local' : 'cloud';
}
