import { ConfigError } from '../../../contracts/errors/host-errors.ts';
import { Secret } from '../../../contracts/settings/secret.ts';
import type { HostSettings, ProviderEntry } from '../../../contracts/settings/settings.ts';
import type { Reading, Readings } from '../layers/reading.ts';
import { ownAddress, sharedAddress } from './embeddings.ts';

/** Before every other provider: an address for embeddings is there to be used for them. */
const PRIORITY = 5;

const PURPOSES = ['projects', 'userProfile'] as const;
type Purpose = (typeof PURPOSES)[number];

/** One address of the settings, and whose texts go to it. */
interface Place {
  readonly id: string;
  /** Section of its settings. */
  readonly path: string;
  readonly baseUrl: string;
  readonly purposes: readonly Purpose[];
}

/** What `embeddings.*` is read from, besides the settings of the purposes. */
interface EntryContext {
  readonly readings: Readings;
  readonly embeddings: HostSettings['embeddings'];
}

/**
 * The servers that `embeddings.baseUrl`, `embeddings.port` and the addresses of the purposes name, as providers for
 * embeddings only. A purpose with an address of its own takes no part in the shared one, so that its texts go nowhere else.
 */
export function embeddingEntries(context: EntryContext, faults: ConfigError[]): readonly ProviderEntry[] {
  const taken = new Set(context.readings.below('providers').map(({ segments }) => segments[1]));
  return placesOf(context.readings).flatMap((place) => {
    const entry = toEntry(place, context);
    if (!taken.has(place.id)) return [entry];
    const path = `providers.${place.id}`;
    faults.push(
      new ConfigError(`${path} has the id that ${entry.origin} needs; rename the provider`, {
        path,
        origin: entry.origin,
      }),
    );
    return [];
  });
}

function placesOf(readings: Readings): readonly Place[] {
  const own = PURPOSES.flatMap((purpose): Place[] => {
    const path = `embeddings.${purpose}`;
    const baseUrl = ownAddress(readings, path);
    const id = purpose === 'projects' ? 'embeddings-projects' : 'embeddings-user-profile';
    return baseUrl === undefined ? [] : [{ id, path, baseUrl, purposes: [purpose] }];
  });
  const shared = sharedAddress(readings);
  const others = PURPOSES.filter((purpose) => !own.some(({ purposes }) => purposes.includes(purpose)));
  if (shared === undefined || others.length === 0) return own;
  return [{ id: 'embeddings', path: 'embeddings', baseUrl: shared, purposes: others }, ...own];
}

function toEntry(place: Place, { readings, embeddings }: EntryContext): ProviderEntry {
  const address = readings.effective(`${place.path}.baseUrl`) ?? readings.effective('embeddings.port');
  const apiKey = readings.text(`${place.path}.apiKey`);
  const wanted = place.purposes.map((purpose) => embeddings[purpose]);
  const disabledReason = wanted.every(({ isEnabled }) => !isEnabled) ? wanted[0]?.disabledReason : undefined;
  const models = new Set(wanted.map(({ model }) => model));
  return {
    id: place.id,
    kind: 'openai-compatible',
    isEnabled: disabledReason === undefined,
    disabledReason,
    baseUrl: place.baseUrl,
    // A server that lists no models is asked for the one that is wanted of it.
    model: models.size === 1 ? [...models][0] : undefined,
    apiKey: apiKey === undefined ? undefined : new Secret(apiKey),
    priority: PRIORITY,
    isDeclaredLocal: readings.flag('embeddings.declaredLocal') ?? isBelowLocal(address),
    tasks: ['embed'],
    purposes: place.purposes.length === PURPOSES.length ? undefined : place.purposes,
    options: {},
    origin: address?.origin ?? 'default',
  };
}

/** What stands below `routing.providers.local` is the user's own server; a port alone is one on this machine. */
function isBelowLocal(address: Reading | undefined): boolean {
  if (address?.path === 'embeddings.port') return true;
  return address?.written.slice(0, 3).join('.') === 'routing.providers.local';
}
