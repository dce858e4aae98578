import type { EmbeddingPurposeSettings, HostSettings } from '../../../contracts/settings/settings.ts';
import type { Readings } from '../layers/reading.ts';
import { normaliseAddress, withPort } from '../shapes/address.ts';
import { cloudRefusal, permissionOf } from './permission.ts';

/** Where the embedding server listens when only its port is named. */
const LOOPBACK = 'http://127.0.0.1';

/** Settings of both purposes of embeddings. */
export function normaliseEmbeddings(readings: Readings): HostSettings['embeddings'] {
  return { projects: purpose(readings, 'projects'), userProfile: purpose(readings, 'userProfile') };
}

function purpose(readings: Readings, name: 'projects' | 'userProfile'): EmbeddingPurposeSettings {
  const path = `embeddings.${name}`;
  const isNamed = readings.below(path).length > 0;
  const permission =
    cloudRefusal(readings) === undefined ? permissionOf(readings, `${path}.fallbackToCloud`) : undefined;
  return {
    isEnabled: (readings.flag('embeddings.enabled') ?? isNamed) && (readings.flag(`${path}.enabled`) ?? isNamed),
    model: readings.text(`${path}.model`) ?? readings.text('embeddings.model') ?? '',
    dimensions: readings.number(`${path}.dimensions`),
    baseUrl: address(readings, path),
    fallbackToCloud: permission !== undefined,
    permission,
  };
}

function address(readings: Readings, path: string): string | undefined {
  const own = readings.text(`${path}.baseUrl`);
  if (own !== undefined) return normaliseAddress(own);
  const shared = readings.effective('embeddings.baseUrl');
  const port = readings.effective('embeddings.port');
  const base = shared && normaliseAddress(String(shared.value));
  const isPortStronger = port !== undefined && port.rank >= (shared?.rank ?? 0);
  return isPortStronger ? withPort(base ?? LOOPBACK, Number(port.value)) : base;
}
