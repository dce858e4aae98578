import type { CloudPermission } from '../../../contracts/settings/settings.ts';
import type { Reading, Readings } from '../layers/reading.ts';
import { readStrategy } from '../shapes/strategies.ts';

/** Every explicit refusal of the cloud: any one, in any layer, wins over every permission. */
const REFUSING: readonly (readonly [path: string, refuses: (value: unknown) => boolean])[] = [
  ['routing.cloud.allow', (value) => value === false],
  ['routing.localOnly', (value) => value === true],
  ['routing.privacy', (value) => value === 'local-only'],
  ['routing.defaultProvider', (value) => value === 'local'],
  ['routing.strategy', (value) => readStrategy(String(value)).isLocalOnly],
];

/** The strongest explicit refusal of the cloud, when any layer has one. */
export function cloudRefusal(readings: Readings): CloudPermission | undefined {
  const refusals = REFUSING.flatMap(([path, refuses]) => readings.all(path).filter(({ value }) => refuses(value)));
  return strongest(refusals);
}

/** The permission that a setting gives: `true` in some layer and `false` in none. */
export function permissionOf(readings: Readings, path: string): CloudPermission | undefined {
  const all = readings.all(path);
  if (all.some(({ value }) => value === false)) return undefined;
  return strongest(all.filter(({ value }) => value === true));
}

function strongest(readings: readonly Reading[]): CloudPermission | undefined {
  const last = readings.toSorted((left, right) => left.rank - right.rank).at(-1);
  return last && { origin: last.origin };
}
