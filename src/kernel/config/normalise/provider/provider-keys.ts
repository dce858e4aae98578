import { RANKS } from '../../layers/reading.ts';
import type { Reading, Readings } from '../../layers/reading.ts';
import { readStrategy } from '../../shapes/strategies.ts';
import { providerKind } from './provider-kinds.ts';
import type { ProviderKind } from './provider-kinds.ts';

/** A name of the environment holds the key of a kind, whatever an entry of that kind is called. */
export function lentKey(readings: Readings, { kind, place }: ProviderKind): string | undefined {
  return place === 'cloud' ? readings.text(`providers.${kind}.apiKey`) : undefined;
}

/** An entry of which nothing is known but the key that the environment holds. */
export function isKeyAlone(own: readonly Reading[]): boolean {
  return own.length > 0 && own.every(({ segments, rank }) => segments[2] === 'apiKey' && rank >= RANKS.dotEnv);
}

/** Names that choose among providers, and mean a cloud whose key is known under the name of its kind. */
export function chosenByKey(readings: Readings): readonly string[] {
  const { pinnedProvider: pinned } = readStrategy(readings.text('routing.strategy') ?? '');
  const names = [...readings.list('routing.fallbackOrder'), readings.text('routing.defaultProvider'), pinned];
  return names.flatMap((name) => {
    const id = name?.trim().toLowerCase() ?? '';
    const kind = providerKind(id);
    return kind !== undefined && id !== kind.kind && lentKey(readings, kind) !== undefined ? [id] : [];
  });
}
