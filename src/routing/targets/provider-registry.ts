import type { z } from 'zod';
import { PrivacyError } from '../../contracts/errors/host-errors.ts';
import type { GuardedHttp } from '../../contracts/models/http.ts';
import type { PermitOffice } from '../../contracts/models/permit.ts';
import { PROVIDER_ENTRIES, PROVIDERS } from '../../contracts/models/provider.ts';
import type { ProviderDescriptor, ProviderInstance } from '../../contracts/models/provider.ts';
import type { Disposable } from '../../contracts/plugins/disposable.ts';
import type { Extensions } from '../../contracts/plugins/extension-point.ts';
import type { Clock, Logger } from '../../contracts/plugins/logger.ts';
import type { ProxySettings } from '../../contracts/settings/accounts-settings.ts';
import type { HostSettings, ProviderEntry } from '../../contracts/settings/settings.ts';
import { localityOfEntry } from './entries/entry-locality.ts';
import { expandEntry, givesWay } from './entries/provider-endpoints.ts';
import { serverIdOf, serverOfTarget } from './target-id.ts';

/** Makes the guarded client of one provider; its addresses are fixed from then on. */
export type CreateHttp = (options: {
  readonly providerId: string;
  readonly baseUrls: readonly string[];
  readonly needsPermit: boolean;
  readonly permits: PermitOffice;
  readonly proxies: ProxySettings;
}) => GuardedHttp;

/** A configured provider that takes no part. */
export interface DisabledProvider {
  readonly entry: ProviderEntry;
  readonly reason: string;
}

/** What the registry needs of the host. */
export interface ProviderRegistryOptions {
  readonly settings: HostSettings;
  readonly extensions: Extensions;
  readonly permits: PermitOffice;
  readonly createHttp: CreateHttp;
  readonly clock: Clock;
  readonly log: Logger;
}

/** An engine of the host's own listens on a random port of this machine. */
const OWN_ENGINES = 'http://127.0.0.1:*';

type Slot = {
  descriptor: ProviderDescriptor | undefined;
  made: ProviderInstance | DisabledProvider;
  http?: GuardedHttp;
};

/**
 * The configured providers and those that were found, each made when first asked for and made again when its kind is
 * replaced; an entry with several endpoints is one provider for each. A wrong or unknown entry is disabled with its
 * reason; it never fails the others.
 */
export class ProviderRegistry implements Disposable {
  readonly #options: ProviderRegistryOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #subscriptions: readonly Disposable[];
  #isStale = true;
  #active: readonly ProviderInstance[] = [];
  #disabled: readonly DisabledProvider[] = [];

  constructor(options: ProviderRegistryOptions) {
    this.#options = options;
    const outdate = (): void => {
      this.#isStale = true;
    };
    const { extensions } = options;
    this.#subscriptions = [extensions.onChange(PROVIDERS, outdate), extensions.onChange(PROVIDER_ENTRIES, outdate)];
  }

  active(): readonly ProviderInstance[] {
    this.#update();
    return this.#active;
  }

  disabled(): readonly DisabledProvider[] {
    this.#update();
    return this.#disabled;
  }

  /** What serves a target. */
  serving(targetId: string): ProviderInstance | undefined {
    const serverId = serverOfTarget(targetId);
    return this.active().find((instance) => instance.serverId === serverId);
  }

  async dispose(): Promise<void> {
    for (const subscription of this.#subscriptions) await subscription.dispose();
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.all(slots.map((slot) => this.#close(slot)));
  }

  #update(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    const wanted = this.#entries();
    for (const [key, slot] of this.#slots) {
      if (wanted.has(key)) continue;
      this.#slots.delete(key);
      void this.#close(slot);
    }
    for (const [key, entry] of wanted) {
      const descriptor = this.#options.extensions.find(PROVIDERS, entry.kind);
      const slot = this.#slots.get(key);
      if (slot !== undefined && slot.descriptor === descriptor) continue;
      if (slot !== undefined) void this.#close(slot);
      this.#slots.set(key, this.#make(entry, descriptor));
    }
    const made = [...this.#slots.values()].map((slot) => slot.made);
    this.#active = made.filter((each) => 'provider' in each);
    this.#disabled = made.filter((each) => 'reason' in each);
  }

  /** One entry for each endpoint, those of the settings first. */
  #entries(): ReadonlyMap<string, ProviderEntry> {
    const { settings, extensions } = this.#options;
    const kinds = (kind: string): ProviderDescriptor | undefined => extensions.find(PROVIDERS, kind);
    const found = extensions
      .list(PROVIDER_ENTRIES)
      .filter((entry) => !settings.providers.some((configured) => givesWay(entry, configured, kinds)));
    return new Map([...settings.providers, ...found].flatMap(expandEntry));
  }

  #make(entry: ProviderEntry, descriptor: ProviderDescriptor | undefined): Slot {
    const disabled = (reason: string): Slot => ({ descriptor, made: { entry, reason } });
    if (!entry.isEnabled) return disabled(entry.disabledReason ?? `disabled in ${entry.origin}`);
    if (descriptor === undefined) return disabled(`no plugin provides the kind "${entry.kind}" (${entry.origin})`);
    const options = descriptor.settings.safeParse(entry.options);
    if (!options.success) return disabled(`wrong options in ${entry.origin}: ${oneLine(options.error)}`);
    try {
      const baseUrl = entry.baseUrl ?? descriptor.defaultBaseUrl;
      const locality = localityOfEntry(entry, descriptor, baseUrl);
      if (locality === 'local' && !this.#options.settings.routing.isLocalEnabled) {
        return disabled('local models are off (routing.providers.local.enabled: false)');
      }
      return this.#create({ entry: { ...entry, baseUrl }, descriptor, locality }, options.data);
    } catch (error) {
      // Boundary: one provider that cannot be made must not take the others with it.
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.warn('provider is disabled', { provider: entry.id, reason });
      return disabled(reason);
    }
  }

  #create(base: Pick<ProviderInstance, 'entry' | 'descriptor' | 'locality'>, settings: unknown): Slot {
    const { clock, log, createHttp } = this.#options;
    const { entry, descriptor, locality } = base;
    const mayContact = locality === 'local' || this.#mayUseCloud(entry);
    const mayContactToEmbed = mayContact || this.#mayEmbedInCloud(entry);
    const baseUrls = [entry.baseUrl ?? OWN_ENGINES];
    const needsPermit = locality === 'cloud';
    const { proxies } = this.#options.settings;
    const http = createHttp({ providerId: entry.id, baseUrls, needsPermit, permits: this.#options.permits, proxies });
    const permits = mayContactToEmbed ? this.#options.permits : withoutIssue(this.#options.permits, entry.id);
    const provider = descriptor.create(settings, { entry, http, permits, log, clock });
    return {
      descriptor,
      http,
      made: { ...base, provider, mayContact, mayContactToEmbed, serverId: serverIdOf(entry.id, provider.address) },
    };
  }

  #mayUseCloud(entry: ProviderEntry): boolean {
    const { cloudPermission } = this.#options.settings.routing;
    return this.#mayEverUse(entry) && (entry.permission !== undefined || cloudPermission !== undefined);
  }

  /** False where the class of the settings alone keeps every call from it. */
  #mayEverUse({ noTraining }: ProviderEntry): boolean {
    const { privacy, cloudRefusal } = this.#options.settings.routing;
    if (cloudRefusal !== undefined || privacy === 'local-only') return false;
    return privacy === 'any' || noTraining !== undefined;
  }

  /** By the permission of a purpose whose texts the entry may get. */
  #mayEmbedInCloud(entry: ProviderEntry): boolean {
    const { tasks, purposes } = entry;
    const { embeddings } = this.#options.settings;
    if (!this.#mayEverUse(entry)) return false;
    if (tasks !== undefined && !tasks.includes('embed')) return false;
    return (['projects', 'userProfile'] as const).some((purpose) => {
      const { permission, isEnabled } = embeddings[purpose];
      return isEnabled && permission !== undefined && (purposes === undefined || purposes.includes(purpose));
    });
  }

  async #close(slot: Slot): Promise<void> {
    if (!('provider' in slot.made)) return;
    try {
      await slot.made.provider.dispose();
    } catch (error) {
      // Boundary: stopping goes on whatever one provider does.
      this.#options.log.warn('provider did not stop cleanly', { provider: slot.made.entry.id, reason: String(error) });
    }
    slot.http?.dispose();
  }
}

function oneLine(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'not valid' : `${issue.path.join('.') || 'options'}: ${issue.message}`;
}

/** What a cloud that nothing permits is given: it can check permits and make none, not even for a probe. */
function withoutIssue(permits: PermitOffice, providerId: string): PermitOffice {
  return {
    issue: () => {
      throw new PrivacyError(`${providerId}: no permit, since no setting allows this cloud`, {
        details: { provider: providerId },
      });
    },
    isIssued: (permit, id) => permits.isIssued(permit, id),
    withdraw: (permit) => permits.withdraw(permit),
  };
}
