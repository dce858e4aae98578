import type { CachedReply, CacheKey, CacheMode, CacheStats, ResponseCache } from '../contracts/cache/response-cache.ts';
import type { CallParameters } from '../contracts/models/call-context.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { CacheSettings } from '../contracts/settings/accounts-settings.ts';
import type { WorkspaceDatabase } from '../contracts/state/workspace-database.ts';
import { hashOfKey } from './cache-key.ts';
import { dropAll, findReply, giveBack, putReply, readStats, touchReply } from './kept-replies.ts';

/** What a response cache is made of. */
interface ResponseCacheOptions {
  /** With the steps of `CACHE_STEPS`. */
  readonly database: WorkspaceDatabase;
  readonly settings: CacheSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A use is written down when the last one written is so long ago: which is least used is known to the minute. */
const USE_STEP_MS = 60_000;

/** After a fault the database is left alone for so long: a lock may cost each call seconds. */
const REST_MS = 30_000;

const EMPTY: CacheStats = Object.freeze({ entries: 0, bytes: 0 });

/** The response cache of a workspace, on disk, shared by its processes; does no I/O until it is used. */
export function createResponseCache(options: ResponseCacheOptions): ResponseCache {
  return new DiskResponseCache(options);
}

/**
 * | state   | find, keep, stats, clear                         |
 * |---------|--------------------------------------------------|
 * | able    | runs; a fault is told once a kind and -> resting |
 * | resting | answers as if empty; after the time -> able      |
 *
 * Reading and writing rest apart: on a full disk, what is kept still answers.
 */
class DiskResponseCache implements ResponseCache {
  readonly #options: ResponseCacheOptions;
  readonly #restsUntil = { read: Number.NEGATIVE_INFINITY, write: Number.NEGATIVE_INFINITY };
  readonly #told = new Set<string>();

  constructor(options: ResponseCacheOptions) {
    this.#options = options;
  }

  isFor(parameters: CallParameters, asked?: CacheMode): boolean {
    const { mode } = this.#options.settings;
    if (mode === 'off' || asked === 'off') return false;
    return mode === 'always' || asked === 'always' || parameters.temperature === 0;
  }

  find(key: CacheKey): CachedReply | undefined {
    const hash = this.#hashOf(key);
    if (hash === undefined) return undefined;
    const bounds = this.#bounds();
    const { database } = this.#options;
    const found = this.#attempt('read', () => database.read((prepare) => findReply(prepare, hash, bounds)));
    if (found === undefined) return undefined;
    const { usedAt, ...reply } = found;
    if (Math.abs(bounds.now - usedAt) >= USE_STEP_MS) {
      this.#attempt('write', () => database.transact((prepare) => touchReply(prepare, hash, bounds.now)));
    }
    return reply;
  }

  keep(key: CacheKey, reply: Omit<CachedReply, 'storedAt'>): void {
    const hash = this.#hashOf(key);
    if (hash === undefined) return;
    const bounds = this.#bounds();
    const { database } = this.#options;
    this.#attempt('write', () => database.transact((prepare) => putReply(prepare, { key: hash, reply }, bounds)));
  }

  stats(): CacheStats {
    return this.#attempt('read', () => this.#options.database.read(readStats)) ?? EMPTY;
  }

  clear(): number {
    const { database } = this.#options;
    if (this.stats().entries === 0) return 0;
    const dropped = this.#attempt('write', () => database.transact(dropAll)) ?? 0;
    if (dropped > 0) this.#attempt('write', () => database.read(giveBack));
    return dropped;
  }

  #bounds(): { readonly now: number; readonly after: number; readonly maxBytes: number } {
    const { settings, clock } = this.#options;
    const now = Math.floor(clock.now());
    return { now, after: now - settings.ttlMs, maxBytes: settings.maxBytes };
  }

  #hashOf(key: CacheKey): Uint8Array | undefined {
    try {
      return hashOfKey(key);
    } catch (error) {
      this.#tell('content that JSON cannot hold is not kept in the response cache', error);
      return undefined;
    }
  }

  /** Boundary: an answer without the cache is better than none, so a fault is told and is a miss. */
  #attempt<T>(kind: 'read' | 'write', work: () => T): T | undefined {
    const { clock } = this.#options;
    if (clock.monotonic() < this.#restsUntil[kind]) return undefined;
    try {
      return work();
    } catch (error) {
      this.#restsUntil[kind] = clock.monotonic() + REST_MS;
      this.#tell(`the response cache cannot ${kind}, calls go on without it`, error);
      return undefined;
    }
  }

  #tell(message: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    this.#options.log.warn(message, { reason });
  }
}
