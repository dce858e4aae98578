import type { HostSettings, PrivacyClass, ProviderEntry } from 'wooster';

/** What keeps every cloud, or one provider, from getting anything; which setting, for people. */
interface Barrier {
  readonly why: string;
}

/** What of the settings holds for every call, whatever it is about. */
interface Situation {
  readonly settings: HostSettings;
  /** The strategy of the router or a setting keeps every call local. */
  readonly isLocalOnly: boolean;
  readonly strategy: string;
}

/** Why no cloud gets anything now; undefined where that is left to each provider. */
export function barrierForAll({ settings, isLocalOnly, strategy }: Situation): Barrier | undefined {
  const { localOnly, cloudRefusal, privacy, privacyOrigin, strategyOrigin } = settings.routing;
  if (localOnly !== undefined) return { why: `the local-only switch is on: ${localOnly.origin}` };
  if (cloudRefusal !== undefined) return { why: `refused by ${cloudRefusal.origin}` };
  if (privacy === 'local-only') return { why: privacyOrigin ?? 'routing.privacy' };
  if (isLocalOnly) return { why: `strategy ${strategy}${strategyOrigin === undefined ? '' : `: ${strategyOrigin}`}` };
  return undefined;
}

/** The class that settings give to every call. */
export function classOfAll({ routing }: HostSettings): { readonly privacy: PrivacyClass; readonly why: string } {
  return { privacy: routing.privacy, why: routing.privacyOrigin ?? 'default' };
}

/** Why a cloud gets nothing although no setting keeps all of them out. */
export function barrierFor(entry: ProviderEntry | undefined, settings: HostSettings): Barrier | undefined {
  const permission = entry?.permission ?? settings.routing.cloudPermission;
  if (permission === undefined) return { why: 'no setting permits it; routing.cloud.allow: true would' };
  if (settings.routing.privacy === 'no-training' && entry?.noTraining === undefined) {
    return {
      why: `${settings.routing.privacyOrigin ?? 'routing.privacy'}: no-training, which nothing declares it to keep`,
    };
  }
  return undefined;
}
