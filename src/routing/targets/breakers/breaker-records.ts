import type { BreakerCause, BreakerRecord, BreakerState } from '../../../contracts/routing/breaker.ts';
import type { BreakerStore } from '../../../contracts/routing/routing-state.ts';
import type { Clock } from '../../../contracts/plugins/logger.ts';
import { CLOSED, isClear } from '../../../resilience/breaker.ts';
import { serverOfTarget } from '../target-id.ts';

/** How long another process's change may go unseen. */
const REREAD_MS = 2_000;

/** More than anybody has targets; the oldest go first. */
const MOST_ENTRIES = 500;

/** What is known of one breaker; `storedAt` is the time of the record as last read or written. */
interface Entry {
  readonly serverId: string;
  readonly state: BreakerState;
  readonly cause?: BreakerCause;
  readonly storedAt?: number;
}

/** What the records need. */
interface BreakerRecordsOptions {
  readonly store: BreakerStore;
  readonly clock: Clock;
  /** Of the provider that a server belongs to; undefined while there is none. */
  fingerprintOf(serverId: string): string | undefined;
}

/**
 * The breakers of this process and of the others: every change is written at once, and what the others wrote is read
 * every two seconds. A look that runs is known to its own process alone, so that none can be lost half-open. A refused
 * key that was another one is not believed.
 */
export class BreakerRecords {
  readonly #options: BreakerRecordsOptions;
  readonly #entries = new Map<string, Entry>();
  #readAt = -Infinity;
  #list: readonly BreakerRecord[] | undefined;

  constructor(options: BreakerRecordsOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  stateOf(id: string): BreakerState {
    return this.#entries.get(id)?.state ?? CLOSED;
  }

  causeOf(id: string): BreakerCause | undefined {
    return this.#entries.get(id)?.cause;
  }

  ids(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The server's own breaker and those of its targets. */
  idsOf(serverId: string): readonly string[] {
    return [...this.#entries].flatMap(([id, entry]) => (entry.serverId === serverId ? [id] : []));
  }

  /** The first that is told of the server's own breaker and those of its targets. */
  findOf<T>(serverId: string, tell: (state: BreakerState) => T | undefined): T | undefined {
    for (const entry of this.#entries.values()) {
      const told = entry.serverId === serverId ? tell(entry.state) : undefined;
      if (told !== undefined) return told;
    }
    return undefined;
  }

  /** Takes over what other processes changed; costs nothing when it was done just now. */
  refresh(): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#readAt < REREAD_MS) return;
    this.#readAt = now;
    const list = this.#options.store.list();
    if (list === this.#list) return;
    this.#list = list;
    const listed = new Set<string>();
    for (const record of list) {
      listed.add(record.targetId);
      this.#take(record);
    }
    for (const [id, { storedAt }] of this.#entries) {
      if (storedAt !== undefined && !listed.has(id)) this.#entries.delete(id);
    }
  }

  set(id: string, state: BreakerState, cause?: BreakerCause): void {
    const { store, clock } = this.#options;
    const before = this.#entries.get(id);
    this.#entries.delete(id);
    if (isClear(state)) {
      if (before?.storedAt !== undefined) store.remove(id);
      return;
    }
    const serverId = serverOfTarget(id);
    const entry: Entry = { serverId, state, cause: cause ?? before?.cause, storedAt: before?.storedAt };
    if (state.kind === 'half-open') {
      this.#entries.set(id, entry);
      return;
    }
    const at = Math.max(clock.now(), (before?.storedAt ?? 0) + 1);
    const fingerprint = this.#options.fingerprintOf(serverId) ?? '';
    store.save({ targetId: id, state, cause: entry.cause, fingerprint, at });
    this.#entries.set(id, { ...entry, storedAt: at });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
  }

  #take({ targetId, state, cause, fingerprint, at }: BreakerRecord): void {
    if (this.#entries.get(targetId)?.storedAt === at) return;
    const serverId = serverOfTarget(targetId);
    const current = this.#options.fingerprintOf(serverId);
    const isMended = state.kind === 'misconfigured' && current !== undefined && current !== fingerprint;
    if (isMended) this.#entries.delete(targetId);
    else this.#entries.set(targetId, { serverId, state, cause, storedAt: at });
  }
}
