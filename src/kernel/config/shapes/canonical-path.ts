/** A written path and what it means today; `*` stands for one name, a closing `**` for any rest, kept in its place. */
type Rename = readonly [from: string, to: string];

/** Where a setting lives: later rows are the more specific spelling and win within one file. */
const PLACES: readonly Rename[] = [
  ['routing.providers.local.healthCheckInterval', 'routing.healthCheckIntervalMs'],
  ['routing.providers.local.models.embedding', 'embeddings.model'],
  ['routing.providers.local.embeddings.**', 'embeddings.**'],
  ['routing.providers.local.serverUrl', 'providers.local.baseUrl'],
  ['routing.providers.local.models.chat', 'providers.local.model'],
  ['routing.providers.local.chat.baseURL', 'providers.local.baseUrl'],
  ['routing.providers.local.chat.baseUrl', 'providers.local.baseUrl'],
  ['routing.providers.local.chat.model', 'providers.local.model'],
  ['routing.providers.**', 'providers.**'],
  ['cloud.openai.**', 'providers.openai.**'],
  ['failover.**', 'routing.failover.**'],
];

/** How it is spelt. */
const SPELLINGS: readonly Rename[] = [
  ['providers.*.host', 'providers.*.baseUrl'],
  ['providers.*.serverUrl', 'providers.*.baseUrl'],
  ['providers.*.base_url', 'providers.*.baseUrl'],
  ['providers.*.baseURL', 'providers.*.baseUrl'],
  ['providers.*.api_key', 'providers.*.apiKey'],
  ['providers.*.timeout', 'providers.*.timeoutSeconds'],
  ['providers.embedded.enabled', 'embedded.enabled'],
  ['providers.embedded.model', 'embedded.model'],
  ['embeddings.serverUrl', 'embeddings.baseUrl'],
  ['embeddings.baseURL', 'embeddings.baseUrl'],
  ['embeddings.*.serverUrl', 'embeddings.*.baseUrl'],
  ['embeddings.*.baseURL', 'embeddings.*.baseUrl'],
  ['routing.failover.max_retries', 'routing.failover.maxRetries'],
  ['routing.failover.circuit_breaker.failure_threshold', 'routing.failover.failureThreshold'],
  ['routing.failover.circuit_breaker.recovery_timeout', 'routing.failover.recoverySeconds'],
  ['plugins.localmlx.**', 'plugins.local-model.**'],
  ['plugins.local_model.**', 'plugins.local-model.**'],
];

/** Every older place and spelling of a setting, for the reference page. */
export const OLDER_PATHS: readonly Rename[] = [...PLACES, ...SPELLINGS];

/** A path in today's names; a higher weight is a more specific spelling of the same setting. */
interface CanonicalPath {
  readonly segments: readonly string[];
  readonly weight: number;
}

const OWN_SPELLING_WEIGHT = 1000;

/** Translates a path of a file into today's names; ids of providers become lower case. */
export function canonicalPath(written: readonly string[]): CanonicalPath {
  const place = rename(written, PLACES);
  const spelling = rename(place.segments, SPELLINGS);
  const weight = Math.min(place.weight, spelling.weight);
  const [section, id, ...rest] = spelling.segments;
  if (section !== 'providers' || id === undefined) return { segments: spelling.segments, weight };
  return { segments: [section, id.toLowerCase(), ...rest], weight };
}

function rename(segments: readonly string[], table: readonly Rename[]): CanonicalPath {
  for (const [index, [from, to]] of table.entries()) {
    const caught = match(segments, from.split('.'));
    if (caught !== undefined) return { segments: fill(to.split('.'), caught), weight: index };
  }
  return { segments, weight: OWN_SPELLING_WEIGHT };
}

interface Caught {
  readonly one: readonly string[];
  readonly rest: readonly string[];
}

function match(segments: readonly string[], pattern: readonly string[]): Caught | undefined {
  const one: string[] = [];
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (part === '**') return { one, rest: segments.slice(index) };
    if (part === '*') one.push(segment);
    else if (part !== segment) return undefined;
  }
  return segments.length === pattern.length ? { one, rest: [] } : undefined;
}

function fill(pattern: readonly string[], caught: Caught): string[] {
  const one = caught.one[Symbol.iterator]();
  return pattern.flatMap((part) => {
    if (part === '**') return caught.rest;
    return part === '*' ? [String(one.next().value)] : [part];
  });
}
