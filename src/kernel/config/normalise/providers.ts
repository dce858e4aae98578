import { ConfigError } from '../../../contracts/errors/host-errors.ts';
import type { CallLimits } from '../../../contracts/models/call-context.ts';
import { Secret } from '../../../contracts/settings/secret.ts';
import type { CloudPermission, ProviderEntry } from '../../../contracts/settings/settings.ts';
import { writeLeaf } from '../layers/leaves.ts';
import { RANKS } from '../layers/reading.ts';
import type { Reading, Readings } from '../layers/reading.ts';
import { normaliseAddress } from '../shapes/address.ts';
import { cloudRefusal, permissionOf } from './permission.ts';
import { embeddedModelId } from './runtime.ts';
import { readPrices } from './provider/provider-prices.ts';
import { readStart, readTargets } from './provider/provider-targets.ts';
import { chosenByKey, isKeyAlone, lentKey, providerKind } from './provider/provider-kinds.ts';
import type { ProviderKind } from './provider/provider-kinds.ts';

/** Where the local server listens when only its model is named. */
const LOCAL_SERVER = 'http://localhost:8000';
const PROVIDER_ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const LIMIT_NAMES = [
  'connectMs',
  'loadMs',
  'firstTokenMs',
  'idleMs',
  'totalMs',
  'minTokensPerSecond',
  'throughputWindowMs',
] as const satisfies readonly (keyof CallLimits)[];
const OPENAI_PERMISSION = 'environment.LOCALMLX_FALLBACK_TO_OPENAI';

/** One entry for each provider that any layer configures, by priority; faults are added to the list given. */
export function normaliseProviders(readings: Readings, faults: ConfigError[]): readonly ProviderEntry[] {
  const ids = new Set(['embedded', ...readings.below('providers').map(({ segments }) => segments[1] ?? '')]);
  if (readings.flag(OPENAI_PERMISSION) === true) ids.add('openai');
  for (const id of chosenByKey(readings)) ids.add(id);
  const known = [...ids].map((id) => new EntryReadings(id, readings));
  const lending = new Set(known.filter((entry) => isLentOnly(entry, known)));
  const entries = known.flatMap((entry) => (lending.has(entry) ? [] : (readEntry(entry, faults) ?? [])));
  entries.push(...orderedOnly(readings, new Set([...ids, ...entries.map(({ id }) => id)])));
  return entries.sort((left, right) => left.priority - right.priority);
}

/** The readings of one provider. */
class EntryReadings {
  readonly id: string;
  readonly all: Readings;
  readonly own: readonly Reading[];

  constructor(id: string, all: Readings) {
    this.id = id;
    this.all = all;
    this.own = all.below(`providers.${id}`);
  }

  find(field: string): Reading | undefined {
    return this.all.effective(`providers.${this.id}.${field}`);
  }

  text(field: string): string | undefined {
    return this.all.text(`providers.${this.id}.${field}`);
  }

  number(field: string): number | undefined {
    return this.all.number(`providers.${this.id}.${field}`);
  }

  flag(field: string): boolean | undefined {
    return this.all.flag(`providers.${this.id}.${field}`);
  }

  list(field: string): readonly string[] {
    return this.all.list(`providers.${this.id}.${field}`);
  }

  below(field: string): readonly Reading[] {
    return this.all.below(`providers.${this.id}.${field}`);
  }
}

function readEntry(entry: EntryReadings, faults: ConfigError[]): ProviderEntry | undefined {
  const kind = kindOf(entry);
  if (!isConfigured(entry, kind)) return undefined;
  const origin = originOf(entry);
  const fault = faultOf(entry, kind, origin);
  if (fault !== undefined) {
    faults.push(fault);
    return undefined;
  }
  const disabledReason = whyDisabled(entry, kind);
  const apiKey = keyOf(entry, kind);
  const timeoutSeconds = entry.number('timeoutSeconds');
  return {
    id: entry.id,
    kind: kind.kind,
    isEnabled: disabledReason === undefined,
    disabledReason,
    baseUrl: addressOf(entry, kind),
    model: entry.id === 'embedded' ? embeddedModelId(entry.all.text('embedded.model')) : entry.text('model'),
    apiKey: apiKey === undefined ? undefined : new Secret(apiKey),
    priority: entry.number('priority') ?? kind.priority,
    timeoutMs: timeoutSeconds === undefined ? undefined : Math.round(timeoutSeconds * 1000),
    limits: limitsOf(entry),
    isDeclaredLocal: isDeclaredLocal(entry),
    permission: permissionOfEntry(entry, kind),
    noTraining: permissionOf(entry.all, `providers.${entry.id}.noTraining`),
    prices: readPrices(entry),
    options: optionsOf(entry),
    ...readTargets(entry, kind.kind),
    start: readStart(entry),
    origin,
  };
}

/** The key of a kind that an entry of another name uses makes no entry of its own. */
function isLentOnly(entry: EntryReadings, all: readonly EntryReadings[]): boolean {
  const { kind, place } = kindOf(entry);
  if (place !== 'cloud' || entry.id !== kind || !isKeyAlone(entry.own)) return false;
  return all.some((other) => other !== entry && kindOf(other).kind === kind && isConfigured(other, kindOf(other)));
}

/** The key of the entry; without one, and at the cloud's own address, that of the kind. */
function keyOf(entry: EntryReadings, kind: ProviderKind): string | undefined {
  const isElsewhere = ['baseUrl', 'targets'].some((field) => entry.find(field) !== undefined);
  return entry.text('apiKey') ?? (isElsewhere ? undefined : lentKey(entry.all, kind));
}

/** Names of the fallback order that nothing configures: off, so that `why` can say so. */
function orderedOnly(readings: Readings, configured: ReadonlySet<string>): ProviderEntry[] {
  const origin = readings.effective('routing.fallbackOrder')?.origin ?? 'default';
  const ids = new Set(readings.list('routing.fallbackOrder').map((name) => name.trim().toLowerCase()));
  return [...ids]
    .filter((id) => PROVIDER_ID.test(id) && !configured.has(id))
    .map((id) => ({
      id,
      kind: providerKind(id)?.kind ?? id,
      isEnabled: false,
      disabledReason: `named by ${origin}, but not configured (providers.${id})`,
      priority: providerKind(id)?.priority ?? 50,
      isDeclaredLocal: false,
      options: {},
      origin,
    }));
}

/** Limits of the entry's own; undefined when it has none. */
function limitsOf(entry: EntryReadings): Partial<CallLimits> | undefined {
  const known = LIMIT_NAMES.map((name) => [name, entry.number(`limits.${name}`)] as const);
  const written = known.filter(([, value]) => value !== undefined);
  return written.length === 0 ? undefined : Object.fromEntries(written);
}

/** The strongest layer that speaks of the entry; of a file its section, of a variable its name. */
function originOf(entry: EntryReadings): string {
  const strongest = entry.own.toSorted((left, right) => left.rank - right.rank).at(-1);
  if (strongest === undefined)
    return entry.id === 'openai' ? (entry.all.effective(OPENAI_PERMISSION)?.origin ?? 'default') : 'default';
  return /^.*?: (?:routing\.)?(?:providers|cloud)\.[^.]+/.exec(strongest.origin)?.[0] ?? strongest.origin;
}

/** The kind named; else by the id; else a generic endpoint. */
function kindOf(entry: EntryReadings): ProviderKind {
  const named = entry.text('kind');
  if (named === undefined)
    return providerKind(entry.id) ?? { kind: 'openai-compatible', priority: 50, place: 'generic' };
  return providerKind(named) ?? { kind: named, priority: 50, place: 'generic' };
}

/** A key makes an entry for a cloud only, so that `why` can say that it is not allowed. */
function isConfigured(entry: EntryReadings, kind: ProviderKind): boolean {
  if (entry.id === 'embedded' || (entry.id === 'openai' && entry.own.length === 0)) return true;
  if (['baseUrl', 'targets', 'model', 'kind'].some((field) => entry.find(field) !== undefined)) return true;
  if (entry.id === 'local') return false;
  if (kind.place === 'cloud' && keyOf(entry, kind) !== undefined) return true;
  return entry.own.some(({ rank }) => rank < RANKS.dotEnv);
}

function faultOf(entry: EntryReadings, kind: ProviderKind, origin: string): ConfigError | undefined {
  const path = `providers.${entry.id}`;
  if (!PROVIDER_ID.test(entry.id)) {
    return new ConfigError(`${origin}: a provider id has letters, digits, hyphens and underscores only`, {
      path,
      origin,
    });
  }
  const isAddressed = ['baseUrl', 'targets'].some((field) => entry.find(field) !== undefined) || entry.id === 'local';
  if (kind.kind !== 'openai-compatible' || isAddressed) return undefined;
  return new ConfigError(`${origin}: ${path} has no address; set ${path}.baseUrl, or ${path}.kind to a known engine`, {
    path: `${path}.baseUrl`,
    origin,
  });
}

function addressOf(entry: EntryReadings, kind: ProviderKind): string | undefined {
  const written = entry.text('baseUrl');
  if (written !== undefined) return normaliseAddress(written, kind.kind);
  return entry.id === 'local' ? LOCAL_SERVER : undefined;
}

function isDeclaredLocal(entry: EntryReadings): boolean {
  return entry.flag('declaredLocal') ?? (entry.id === 'local' || entry.id === 'embedded');
}

function whyDisabled(entry: EntryReadings, kind: ProviderKind): string | undefined {
  const enabled = enabledReading(entry, kind);
  if (enabled?.value === false) return `disabled by ${enabled.origin}`;
  const fallback = entry.all.effective(OPENAI_PERMISSION);
  if (entry.id === 'openai' && fallback?.value === false) return `refused by ${fallback.origin}`;
  const unset = entry.own.find(({ unsetName }) => unsetName !== undefined);
  if (unset !== undefined) return `${unset.unsetName} is not set (${unset.origin})`;
  if (kind.keyName === undefined || keyOf(entry, kind) !== undefined || entry.find('baseUrl') !== undefined)
    return undefined;
  return `${kind.keyName} is not set`;
}

/** For a cloud an explicit `false` in any layer wins; elsewhere the strongest layer does. */
function enabledReading(entry: EntryReadings, kind: ProviderKind): Reading | undefined {
  if (entry.id === 'embedded') return entry.all.effective('embedded.enabled');
  const path = `providers.${entry.id}.enabled`;
  const refused = kind.place === 'cloud' ? entry.all.all(path).findLast(({ value }) => value === false) : undefined;
  return refused ?? entry.all.effective(path);
}

/**
 * The permission of this entry alone: `enabled: true` in the provider file when it is a cloud or an endpoint not
 * declared local, or `LOCALMLX_FALLBACK_TO_OPENAI`; none while any layer refuses the cloud.
 */
function permissionOfEntry(entry: EntryReadings, kind: ProviderKind): CloudPermission | undefined {
  if (cloudRefusal(entry.all) !== undefined) return undefined;
  const path = `providers.${entry.id}.enabled`;
  const isCloud = kind.place === 'cloud' || (kind.place === 'generic' && !isDeclaredLocal(entry));
  const inFile = entry.all.all(path).find(({ rank, value }) => rank === RANKS.providerFile && value === true);
  const isRefused = entry.all.all(path).some(({ value }) => value === false);
  if (isCloud && inFile !== undefined && !isRefused) return { origin: inFile.origin };
  return entry.id === 'openai' && !isRefused ? permissionOf(entry.all, OPENAI_PERMISSION) : undefined;
}

function optionsOf(entry: EntryReadings): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const { segments, value } of entry.own) {
    if (segments[2] === 'options') writeLeaf(options, segments.slice(3), value);
  }
  return options;
}
