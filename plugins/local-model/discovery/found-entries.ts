import type { Disposable, ProviderEntry } from 'wooster';
import { configuredAt, type Configured } from './configured-addresses.ts';
import type { DiscoveredServer } from './discovered-server.ts';

/** After what is configured (50 and less), before what runs inside Wooster (90). */
const FOUND_PRIORITY = 60;

/** A server that is missed so often is gone; one that is being started again is not. */
const MISSES = 2;

/** Contributes one entry, until it is disposed. */
type Contribute = (entry: ProviderEntry) => Disposable;

type Contribution = { server: DiscoveredServer; handle: Disposable; misses: number };

/**
 * The model that is asked where the server lists none: mlx_lm.server lists the cache of the hub, not the model it was
 * started with, which it knows as `default_model` (0.32).
 */
export function modelOf({ engine, models }: DiscoveredServer): string | undefined {
  return engine === 'mlx' && models?.length === 0 ? 'default_model' : undefined;
}

/** Why a server that was found is not used; undefined when it is. */
function refusalOf({ engine, isLocked, isDeclared, address, note }: DiscoveredServer): string | undefined {
  const isUsable = !isLocked && (engine !== 'openai-compatible' || isDeclared);
  return isUsable ? undefined : `found at ${address}: ${note ?? 'it is not usable as it is'}`;
}

function toEntry(id: string, server: DiscoveredServer & { readonly engine: string }): ProviderEntry {
  const disabledReason = refusalOf(server);
  return {
    id,
    kind: server.engine,
    isEnabled: disabledReason === undefined,
    disabledReason,
    baseUrl: server.baseUrl,
    model: modelOf(server),
    priority: FOUND_PRIORITY,
    isDeclaredLocal: server.isDeclared,
    options: {},
    isDiscovered: true,
    origin: server.isDeclared ? 'found at a host of discovery.hosts' : 'found on this machine',
  };
}

function isSame(known: DiscoveredServer, seen: DiscoveredServer): boolean {
  return known.engine === seen.engine && known.isLocked === seen.isLocked && modelOf(known) === modelOf(seen);
}

/** `kind`, `kind-2` and so on: the first that is not taken. */
export function freeId(kind: string, isTaken: (id: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? kind : `${kind}-${number}`;
    if (!isTaken(id)) return id;
  }
}

/**
 * The entries of servers that were found, each as long as it is found. One that is configured is left to the settings;
 * one that answers too late counts as seen; an unknown one makes no entry.
 */
export class FoundEntries {
  readonly #contribute: Contribute;
  readonly #configured: Configured;
  readonly #known = new Map<string, Contribution>();
  /** Ids by address, kept for good, so that a server that comes back is the same provider. */
  readonly #ids = new Map<string, string>();

  constructor(contribute: Contribute, configured: Configured) {
    this.#contribute = contribute;
    this.#configured = configured;
  }

  /** What was at each address the last time. */
  expected(address: string): DiscoveredServer['engine'] {
    return this.#known.get(address)?.server.engine;
  }

  /** Adds a server that a search has just found, or puts it in the place of what was there before. */
  take(server: DiscoveredServer): void {
    const known = this.#known.get(server.address);
    if (known !== undefined && server.engine !== undefined && !isSame(known.server, server))
      this.#remove(server.address);
    this.#add(server);
  }

  /** At the end of a search: removes what was missed for the second time. */
  prune(servers: readonly DiscoveredServer[]): void {
    const seen = new Map(servers.map((server) => [server.address, server]));
    for (const [address, known] of this.#known) {
      const server = seen.get(address);
      const isThere = server !== undefined && (server.engine !== undefined || server.state === 'busy');
      known.misses = isThere ? 0 : known.misses + 1;
      if (known.misses >= MISSES) this.#remove(address);
    }
  }

  dispose(): void {
    for (const address of this.#known.keys()) this.#remove(address);
  }

  #add(server: DiscoveredServer): void {
    const { address, engine } = server;
    if (engine === undefined || this.#known.has(address)) return;
    if (configuredAt(address, this.#configured) !== undefined) return;
    const handle = this.#contribute(toEntry(this.#idOf(address, engine), { ...server, engine }));
    this.#known.set(address, { server, handle, misses: 0 });
  }

  #idOf(address: string, engine: string): string {
    const before = this.#ids.get(address);
    if (before !== undefined && before.replace(/-\d+$/, '') === engine) return before;
    this.#ids.delete(address);
    const taken = new Set([...this.#ids.values(), ...this.#configured.settings.providers.map(({ id }) => id)]);
    const id = freeId(engine, (wanted) => taken.has(wanted));
    this.#ids.set(address, id);
    return id;
  }

  #remove(address: string): void {
    void this.#known.get(address)?.handle.dispose();
    this.#known.delete(address);
  }
}
