import { Secret, type CloudPermission, type Provider, type ProviderDescriptor } from 'wooster';
import { createGuardedHttp } from '../../../../src/kernel/http/guarded-http.ts';
import { createPermitOffice } from '../../../../src/kernel/http/permit-office.ts';
import type { PermitOffice } from '../../../../src/contracts/models/permit.ts';

/** A log that keeps nothing. */
export const silentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The provider of a kind at an address, as the host would make it. */
export function makeProvider(
  descriptor: ProviderDescriptor,
  entry: {
    baseUrl?: string;
    key?: string;
    model?: string;
    isDeclaredLocal?: boolean;
    permission?: CloudPermission;
    options?: Record<string, unknown>;
    needsPermit?: boolean;
    permits?: PermitOffice;
  } = {},
): { provider: Provider; dispose: () => Promise<void> } {
  const { baseUrl, key, needsPermit = false, permits = createPermitOffice(), options = {}, ...rest } = entry;
  const baseUrls = [baseUrl ?? 'http://127.0.0.1:*'];
  const http = createGuardedHttp({ providerId: descriptor.id, baseUrls, needsPermit, permits });
  const provider = descriptor.create(descriptor.settings.parse(options), {
    entry: {
      id: descriptor.id,
      kind: descriptor.id,
      isEnabled: true,
      baseUrl,
      apiKey: key === undefined ? undefined : new Secret(key),
      priority: 1,
      isDeclaredLocal: false,
      options,
      origin: 'a test',
      ...rest,
    },
    http,
    permits,
    log: silentLog,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
  });
  const dispose = async (): Promise<void> => {
    await provider.dispose();
    http.dispose();
  };
  return { provider, dispose };
}
