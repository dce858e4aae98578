import type { Disposable } from '../contracts/plugins/disposable.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import { extendEnvironment, readEnvironment } from '../kernel/config/env.ts';
import { normalizeBaseUrl } from '../kernel/http/base-url.ts';

/** Hosts of the addresses that the user declared to be on machines of his own. */
function declaredHosts({ providers, discovery }: HostSettings): readonly string[] {
  const written = providers.flatMap(({ isDeclaredLocal, baseUrl, targets = [] }) =>
    isDeclaredLocal ? [...(baseUrl === undefined ? [] : [baseUrl]), ...targets.map((target) => target.baseUrl)] : [],
  );
  return [...new Set([...written, ...discovery.hosts].flatMap(hostOf))];
}

function hostOf(baseUrl: string): string[] {
  try {
    return [new URL(normalizeBaseUrl(baseUrl).root).hostname];
  } catch {
    // Its provider is disabled with the reason; no address, nothing to reach.
    return [];
  }
}

/** `host:port` of the forward proxies of the environment. */
function proxyAddresses({ proxies }: HostSettings): readonly string[] {
  return [proxies.http, proxies.https].flatMap((written) => {
    const url = written === undefined ? null : URL.parse(written);
    if (url === null) return [];
    return [`${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`];
  });
}

/**
 * Where the settings say local-only, keeps this process, its threads and its children from the network until it is
 * disposed; otherwise does nothing and loads nothing.
 */
export async function guardProcess(settings: HostSettings): Promise<Disposable | undefined> {
  const { localOnly } = settings.routing;
  if (localOnly === undefined) return undefined;
  const rules = { setting: localOnly.origin, hosts: declaredHosts(settings), proxies: proxyAddresses(settings) };
  const { guardEgress, guardedVariables } = await import('../security/egress/egress-guard.ts');
  const guard = guardEgress(rules);
  const restore = extendEnvironment(guardedVariables(rules, readEnvironment()['NODE_OPTIONS']));
  return {
    dispose() {
      restore();
      void guard.dispose();
    },
  };
}
