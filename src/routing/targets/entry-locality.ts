import type { Locality } from '../../contracts/models/model-info.ts';
import type { ProviderDescriptor } from '../../contracts/models/provider.ts';
import type { ProviderEntry } from '../../contracts/settings/settings.ts';

function isLoopback(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false;
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '');
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    host === '0.0.0.0' ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
  );
}

/**
 * Where the models of an entry run, before any mark of a single model. Declared by the user: local. A cloud service or
 * an undeclared generic endpoint, which may be a proxy: cloud. A known engine: local inside the host or on a loopback
 * address, cloud anywhere else.
 */
export function localityOfEntry(
  entry: ProviderEntry,
  descriptor: Pick<ProviderDescriptor, 'locality'>,
  baseUrl: string | undefined,
): Locality {
  if (entry.isDeclaredLocal) return 'local';
  if (descriptor.locality !== 'local') return 'cloud';
  return baseUrl === undefined || isLoopback(baseUrl) ? 'local' : 'cloud';
}
