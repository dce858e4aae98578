import type { Prepare } from '../../contracts/state/workspace-database.ts';
import { priceEnd, type KnownEnd } from './rows/call-end.ts';
import { endCall, findOpen, insertCall, type CallStart } from './rows/call-rows.ts';

/** Calls kept in memory; beyond this the oldest are dropped: they cost nothing. */
const MOST_KEPT = 1_000;

/** A call that the database has not taken. */
interface WaitingCall {
  readonly start: CallStart;
  readonly end: KnownEnd;
}

/**
 * What the database has not taken yet: free calls from beginning to end, and the ends of calls whose row it has. Ends
 * are never dropped: there are no more of them than calls were under way.
 */
export class WaitingCalls {
  readonly #open = new Map<string, CallStart>();
  #done: WaitingCall[] = [];
  #ends = new Map<string, KnownEnd>();
  /** Calls that were dropped for want of room. */
  dropped = 0;

  get isEmpty(): boolean {
    return this.#done.length === 0 && this.#ends.size === 0;
  }

  begin(start: CallStart): string {
    const id = String(start.id);
    this.#open.set(id, start);
    return id;
  }

  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** Ends a call that only memory knows. */
  finish(id: string, end: KnownEnd): void {
    const start = this.#open.get(id);
    this.#open.delete(id);
    if (start === undefined) return;
    this.#done.push({ start, end });
    if (this.#done.length <= MOST_KEPT) return;
    this.#done.shift();
    this.dropped += 1;
  }

  hasEnd(id: string): boolean {
    return this.#ends.has(id);
  }

  /** Keeps the end of a call whose row the database has. */
  keepEnd(id: string, end: KnownEnd): void {
    this.#ends.set(id, end);
  }

  /** Writes everything in the transaction that is under way; `forget` once it is committed. */
  write(prepare: Prepare): void {
    for (const [id, end] of this.#ends) {
      const call = findOpen(prepare, Number(id));
      if (call !== undefined) endCall(prepare, Number(id), { call, end: priceEnd(end, call) });
    }
    for (const { start, end } of this.#done) {
      const id = insertCall(prepare, start);
      const call = { ...start, reserved: start.bound ?? 0, settled: 0 };
      endCall(prepare, id, { call, end: priceEnd(end, start) });
    }
  }

  forget(): void {
    this.#done = [];
    this.#ends = new Map();
  }
}
