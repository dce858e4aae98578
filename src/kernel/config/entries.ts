import { isDeepStrictEqual } from 'node:util';
import type { RoutingSettings } from '../../contracts/settings/settings.ts';
import { ENVIRONMENT_NAMES } from './environment/environment-names.ts';
import type { Reading, Readings } from './layers/reading.ts';
import { providerKind } from './normalise/provider/provider-kinds.ts';
import { readStrategy } from './shapes/strategies.ts';
import { maskSecrets, maskValue } from './secrets.ts';

/** One effective value, as `wooster config` shows it. */
export interface ConfigurationEntry {
  /** Dotted path in today's names; a name of the environment that sets no setting stands for itself. */
  readonly path: string;
  /** Never a secret: those are `[secret]`. Absent while a `${NAME}` is unset. */
  readonly value?: unknown;
  /** `file: dotted.path`, `environment: NAME`, `.env: NAME`, `flag: --name` or `default`. */
  readonly origin: string;
  /** What a person should know: not available, refused, over another layer. */
  readonly note?: string;
  /** Understood, but what it belongs to is not built. */
  readonly isUnavailable: boolean;
}

interface EntryInput {
  readonly readings: Readings;
  readonly secrets: ReadonlySet<string>;
  /** After normalisation, for what several settings decide together. */
  readonly routing: RoutingSettings;
}

/** Every effective value with its origin, sorted by path, secrets masked. */
export function listEntries({ readings, secrets, routing }: EntryInput): readonly ConfigurationEntry[] {
  const refusal = routing.cloudRefusal?.origin;
  return readings
    .paths()
    .flatMap((path) => {
      const strongest = readings.effective(path);
      if (strongest === undefined) return [];
      const reading = path === 'routing.privacy' ? strictest(strongest, routing) : strongest;
      const isUnavailable = reading.origin !== 'default' && isNotBuilt(reading);
      return [
        {
          path: reading.segments[0] === 'environment' ? reading.segments.slice(1).join('.') : path,
          value: maskValue(reading.value, reading.segments, secrets),
          origin: maskSecrets(reading.origin, secrets),
          note: noteOf(reading, { readings, refusal, isUnavailable }),
          isUnavailable,
        },
      ];
    })
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** The class of privacy follows from every refusal, not from its own setting alone. */
function strictest(reading: Reading, { privacy, privacyOrigin }: RoutingSettings): Reading {
  return { ...reading, value: privacy, origin: privacyOrigin ?? reading.origin };
}

interface NoteContext {
  readonly readings: Readings;
  readonly refusal?: string;
  readonly isUnavailable: boolean;
}

function noteOf(reading: Reading, { readings, refusal, isUnavailable }: NoteContext): string | undefined {
  const notes: string[] = [];
  if (isUnavailable) notes.push('not available in this version');
  if (reading.unsetName !== undefined) notes.push(`${reading.unsetName} is not set`);
  if (refusal !== undefined && isPermission(reading)) notes.push(`refused by ${refusal}`);
  if (reading.path === 'routing.strategy') notes.push(...strategyNote(String(reading.value)));
  const others = readings
    .all(reading.path)
    .filter(({ origin }) => origin !== reading.origin && origin !== 'default')
    .map(({ origin, value }) => `${isDeepStrictEqual(value, reading.value) ? 'also' : 'over'} ${origin}`);
  notes.push(...others);
  return notes.length === 0 ? undefined : notes.join('; ');
}

/** How an older name of a strategy is read. */
function strategyNote(written: string): string[] {
  const { strategy, isLocalOnly, pinnedProvider } = readStrategy(written);
  if (isLocalOnly) return ['local-first with every cloud refused'];
  if (pinnedProvider !== undefined) return [`the provider ${pinnedProvider} and no other`];
  return strategy === written ? [] : [`read as ${strategy}`];
}

function isPermission({ path, value }: Reading): boolean {
  if (value !== true) return false;
  if (/\.fallbackToCloud$|^routing\.cloud\.allow$|LOCALMLX_FALLBACK_TO_OPENAI$/.test(path)) return true;
  const provider = /^providers\.([^.]+)\.enabled$/.exec(path)?.[1];
  return provider !== undefined && providerKind(provider)?.place === 'cloud';
}

function isNotBuilt({ segments }: Reading): boolean {
  const [section, name = ''] = segments;
  return section === 'environment' && ENVIRONMENT_NAMES.find((one) => one.name === name)?.isUnavailable === true;
}
