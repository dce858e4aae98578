import {
  isWoosterError,
  normalizeBaseUrl,
  PROVIDERS,
  type BaseUrl,
  type Extensions,
  type HostSettings,
  type ProviderEntry,
} from 'wooster';

/** What is configured, and the kinds that know their default addresses. */
export interface Configured {
  readonly settings: HostSettings;
  readonly extensions: Extensions;
}

function parse(baseUrl: string | undefined): BaseUrl | undefined {
  if (baseUrl === undefined) return undefined;
  try {
    return normalizeBaseUrl(baseUrl);
  } catch (error) {
    // A wrong address is told where the provider is made.
    if (isWoosterError(error)) return undefined;
    throw error;
  }
}

/** `host:port` of what was written, by which two spellings of one address are the same; undefined for what is none. */
export function addressOfText(baseUrl: unknown): string | undefined {
  return typeof baseUrl === 'string' ? parse(baseUrl)?.address : undefined;
}

function basesOf(entry: ProviderEntry, { extensions }: Configured): readonly (BaseUrl | undefined)[] {
  const written = entry.targets?.map(({ baseUrl }) => baseUrl);
  return (written ?? [entry.baseUrl ?? extensions.find(PROVIDERS, entry.kind)?.defaultBaseUrl]).map(parse);
}

/** The configured provider at an address, whether it is on or off. */
export function configuredAt(address: string, configured: Configured): ProviderEntry | undefined {
  return configured.settings.providers.find((entry) =>
    basesOf(entry, configured).some((base) => base?.address === address),
  );
}

/** Whether a local server for conversations is configured and on, besides what runs inside Wooster. */
function hasLocalServer(configured: Configured): boolean {
  return configured.settings.providers.some((entry) => {
    if (!entry.isEnabled || entry.kind === 'embedded' || entry.tasks !== undefined) return false;
    if (entry.isDeclaredLocal) return true;
    const isEngine = configured.extensions.find(PROVIDERS, entry.kind)?.locality === 'local';
    return isEngine && basesOf(entry, configured).some((base) => base?.isLoopback === true);
  });
}

/** Which setting forbids every search, also one that is asked for. */
export function whyNoSearch({ discovery, routing }: HostSettings): string | undefined {
  if (discovery.mode === 'off') return 'discovery.mode is off: set it to auto or always to look for servers';
  if (!routing.isLocalEnabled) return 'local models are off (routing.providers.local.enabled: false)';
  return undefined;
}

/** Whether servers are looked for unasked: `auto` looks only where no local server is configured. */
export function isSearchWanted(configured: Configured): boolean {
  const { settings } = configured;
  if (whyNoSearch(settings) !== undefined) return false;
  return settings.discovery.mode === 'always' || !hasLocalServer(configured);
}
