import type { CloudPermission, EmbeddingPurposeSettings, HostSettings } from '../../../contracts/settings/settings.ts';
import type { Readings } from '../layers/reading.ts';
import { normaliseAddress, withPort } from '../shapes/address.ts';
import { cloudRefusal, permissionOf } from './permission.ts';

/** Where the embedding server listens when only its port is named. */
const LOOPBACK = 'http://127.0.0.1';

/** Settings of both purposes of embeddings; `resolve` makes a folder as written absolute. */
export function normaliseEmbeddings(
  readings: Readings,
  resolve: (written: string) => string,
): HostSettings['embeddings'] {
  const folder = readings.text('embeddings.modelsDirectory');
  return {
    projects: purpose(readings, 'projects'),
    userProfile: purpose(readings, 'userProfile'),
    modelsDirectory: folder === undefined ? undefined : resolve(folder),
  };
}

function purpose(readings: Readings, name: 'projects' | 'userProfile'): EmbeddingPurposeSettings {
  const path = `embeddings.${name}`;
  const permission =
    cloudRefusal(readings) === undefined ? permissionOf(readings, `${path}.fallbackToCloud`) : undefined;
  const disabledReason = whyOff(readings, path);
  return {
    isEnabled: disabledReason === undefined,
    disabledReason,
    model: readings.text(`${path}.model`) ?? readings.text('embeddings.model') ?? '',
    dimensions: readings.number(`${path}.dimensions`),
    baseUrl: ownAddress(readings, path) ?? sharedAddress(readings),
    fallbackToCloud: permission !== undefined,
    permission,
    refusal: refusalOf(readings, `${path}.fallbackToCloud`),
  };
}

/** A purpose is on unless it, or all of them, are turned off; one that nobody names has the default model. */
function whyOff(readings: Readings, path: string): string | undefined {
  const off = ['embeddings.enabled', `${path}.enabled`]
    .map((each) => readings.effective(each))
    .find((reading) => reading?.value === false);
  return off && `disabled by ${off.origin}`;
}

function refusalOf(readings: Readings, path: string): CloudPermission | undefined {
  const reading = readings.effective(path);
  return reading?.value === false ? { origin: reading.origin } : undefined;
}

/** The address of one purpose alone. */
export function ownAddress(readings: Readings, path: string): string | undefined {
  const own = readings.text(`${path}.baseUrl`);
  return own === undefined ? undefined : normaliseAddress(own);
}

/** The address of both purposes: as written, with the port that a stronger layer names. */
export function sharedAddress(readings: Readings): string | undefined {
  const shared = readings.effective('embeddings.baseUrl');
  const port = readings.effective('embeddings.port');
  const base = shared && normaliseAddress(String(shared.value));
  const isPortStronger = port !== undefined && port.rank >= (shared?.rank ?? 0);
  return isPortStronger ? withPort(base ?? LOOPBACK, Number(port.value)) : base;
}
