import {
  createGuardedHttp,
  createPermitOffice,
  toCancellation,
  type Clock,
  type Disposable,
  type GuardedHttp,
  type Logger,
  type ProviderEntry,
} from 'wooster';
import { isSearchWanted, whyNoSearch, type Configured } from './configured-addresses.ts';
import type { DiscoveredServer, Discovery, SearchAddress } from './discovered-server.ts';
import { FoundEntries } from './found-entries.ts';
import { findListeners } from './find-listeners.ts';
import { lookAtServer } from './look-at-server.ts';
import { openBudget } from './search-budget.ts';
import { DISCOVERY_PORTS, isThisMachine, planSearch } from './search-addresses.ts';

/** All servers are looked at in parallel for so long, after at most 80 ms for the connections; what is known by then is what was found. */
const BUDGET_MS = 200;

/** After a search that some server was too slow for, the next one comes sooner. */
const CUT_SHORT_FRESH_MS = 5_000;

/** What a search needs of the host. */
export interface ServerDiscoveryOptions extends Configured {
  /** Contributes an entry to PROVIDER_ENTRIES. */
  readonly contribute: (entry: ProviderEntry) => Disposable;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ports that are looked at; injected by tests. */
  readonly ports?: readonly number[];
  /** Time of one search, milliseconds; injected by tests. */
  readonly budgetMs?: number;
  /** Makes the client that reaches the given addresses and no others; injected by tests. */
  readonly createHttp?: (baseUrls: readonly string[]) => GuardedHttp;
}

function guardedClient(baseUrls: readonly string[]): GuardedHttp {
  return createGuardedHttp({
    providerId: 'discovery',
    baseUrls,
    needsPermit: false,
    permits: createPermitOffice(),
  });
}

/**
 * Finds model servers at the known ports of this machine and of the hosts that the user wrote, and contributes an entry
 * for each that is not configured.
 *
 * | state | entered by | what `ensure` does |
 * |---|---|---|
 * | unknown | start | searches, and waits for it |
 * | fresh | a search that is younger than the health interval | nothing |
 * | stale | time | searches in the background |
 */
export class ServerDiscovery implements Disposable {
  readonly #options: ServerDiscoveryOptions;
  readonly #entries: FoundEntries;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #searchedAt: number | undefined;
  /** The last search was not cut short by its limit. */
  #isWhole = true;

  constructor(options: ServerDiscoveryOptions) {
    this.#options = options;
    this.#entries = new FoundEntries(options.contribute, options);
  }

  /** Which setting forbids every search, also one that is asked for. */
  get refusal(): string | undefined {
    return whyNoSearch(this.#options.settings);
  }

  /**
   * Searches once, within a quarter of a second, and contributes each server as soon as it is recognised. Empty where a
   * setting forbids it; CancelledError when the signal aborts.
   */
  async discover(signal: AbortSignal): Promise<Discovery> {
    if (signal.aborted) throw toCancellation(signal);
    if (this.refusal !== undefined) return { servers: [], silentHosts: [], totalMs: 0 };
    const { clock, settings, ports = DISCOVERY_PORTS } = this.#options;
    const { addresses, byHost } = planSearch(settings.discovery.hosts, ports);
    const startedAt = clock.monotonic();
    const both = AbortSignal.any([signal, this.#stop.signal]);
    const listening = await findListeners(addresses, both);
    const servers = listening.length === 0 ? [] : await this.#lookAt(listening, both);
    if (both.aborted) throw toCancellation(both);
    this.#entries.prune(servers);
    const answered = new Set(servers.map(({ address }) => address));
    const silentHosts = [...byHost]
      .filter(([host, own]) => !isThisMachine(host) && !own.some((address) => answered.has(address)))
      .map(([host]) => host);
    this.#isWhole = !servers.some(({ isCutShort }) => isCutShort);
    return { servers, silentHosts, totalMs: clock.monotonic() - startedAt };
  }

  /**
   * Before servers are needed: the first time it searches and waits, later it searches in the background when the last
   * search is older than the health interval. Concurrent callers share one search. Resolves at once where there is
   * nothing to do and when the signal aborts; never rejects.
   */
  async ensure(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#stop.signal.aborted || !isSearchWanted(this.#options)) return;
    const searchedAt = this.#searchedAt;
    if (searchedAt !== undefined && this.#options.clock.monotonic() - searchedAt < this.#freshMs) return;
    const running = (this.#running ??= this.#search());
    if (searchedAt !== undefined) return;
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    const stopWaiting = (): void => resolve();
    signal.addEventListener('abort', stopWaiting, { once: true });
    await Promise.race([running, aborted]);
    signal.removeEventListener('abort', stopWaiting);
  }

  dispose(): void {
    this.#stop.abort();
    this.#entries.dispose();
  }

  /** What a search found is believed for the health interval, and for less where it could not wait for all. */
  get #freshMs(): number {
    const { healthCheckIntervalMs } = this.#options.settings.routing;
    return this.#isWhole ? healthCheckIntervalMs : Math.min(healthCheckIntervalMs, CUT_SHORT_FRESH_MS);
  }

  async #lookAt(addresses: readonly SearchAddress[], signal: AbortSignal): Promise<readonly DiscoveredServer[]> {
    const { clock, budgetMs = BUDGET_MS, createHttp = guardedClient } = this.#options;
    // The client loads its engine with the first request; that time is not taken from the servers.
    await import('axios');
    const http = createHttp(addresses.map(({ baseUrl }) => baseUrl));
    const budget = openBudget(budgetMs, signal);
    const look = async (search: SearchAddress): Promise<DiscoveredServer | undefined> => {
      const expected = this.#entries.expected(search.address);
      const server = await lookAtServer({ search, http, expected, clock, limit: budget.signal, budgetMs });
      if (server !== undefined && !signal.aborted) this.#entries.take(server);
      return server;
    };
    try {
      return (await Promise.all(addresses.map(look))).filter((server) => server !== undefined);
    } finally {
      void budget.dispose();
      http.dispose();
    }
  }

  async #search(): Promise<void> {
    try {
      await this.discover(this.#stop.signal);
    } catch (error) {
      // Boundary: a search that failed must not fail the call that it was made for.
      if (!this.#stop.signal.aborted) this.#options.log.warn('looking for servers failed', { error: String(error) });
    } finally {
      this.#searchedAt = this.#options.clock.monotonic();
      this.#running = undefined;
    }
  }
}
