import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { RateLimitedError } from '../../contracts/errors/provider-errors.ts';
import { toCancellation } from '../../kernel/http/cancellation.ts';

/** What a provider may make one window wait in all. */
const RATE_LIMIT_MS = 5 * 60_000;

/** What another writer may hold the store for; an ingest of a large folder holds it all along. */
const PLACE_LIMIT_MS = 60 * 60_000;

const FIRST_PAUSE_MS = 1_000;

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch {
    throw toCancellation(signal);
  }
}

/** Asks again when a provider limits the rate, after the time that it names; gives up after five minutes of waiting. */
export async function throughRateLimits<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  let waitedMs = 0;
  for (let doubling = FIRST_PAUSE_MS; ; doubling *= 2) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error;
      const ms = error.retryAfterMs ?? doubling;
      if (waitedMs + ms > RATE_LIMIT_MS) throw error;
      waitedMs += ms;
      await pause(ms, signal);
    }
  }
}

/** Tries again while another process writes; gives up after an hour. */
export async function untilFree<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  const until = performance.now() + PLACE_LIMIT_MS;
  while (true) {
    try {
      return await work();
    } catch (error) {
      const isTaken = error instanceof StoreError && error.code === 'E_STORE_LOCKED';
      if (!isTaken || performance.now() > until) throw error;
      await pause(FIRST_PAUSE_MS, signal);
    }
  }
}

/** Holds back what would be faster than so many texts in a second. */
export class Pace {
  readonly #textsPerSecond: number;
  readonly #startedAt = performance.now();
  #texts = 0;

  constructor(textsPerSecond: number) {
    this.#textsPerSecond = textsPerSecond;
  }

  async keep(texts: number, signal: AbortSignal): Promise<void> {
    this.#texts += texts;
    const dueMs = (this.#texts / this.#textsPerSecond) * 1_000 - (performance.now() - this.#startedAt);
    if (dueMs > 0) await pause(dueMs, signal);
  }
}
