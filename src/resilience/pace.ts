import type { TimeoutPhase } from '../contracts/errors/provider-errors.ts';

/** Limits of the waits within a sequence, milliseconds; one that is absent does not apply. */
export interface PaceLimits {
  /** From the start until the first token. */
  readonly firstMs?: number;
  /** From one item until the next, once the first token has come. */
  readonly idleMs?: number;
  /** After the first token, any so many consecutive tokens may take at most the window of waiting. */
  readonly throughput?: { readonly tokens: number; readonly windowMs: number };
}

/** The next wait: how long it may still take, and the limit of which that is the rest. */
export interface NextWait {
  readonly phase: TimeoutPhase;
  readonly limitMs: number;
  readonly leftMs: number;
}

interface Waited {
  readonly tokens: number;
  readonly waitedMs: number;
}

/** The floor of throughput as a number of tokens and their window; none for a rate of 0. */
export function throughputFloor(
  minTokensPerSecond: number | undefined,
  windowMs: number | undefined,
): PaceLimits['throughput'] {
  if (minTokensPerSecond === undefined || minTokensPerSecond <= 0 || windowMs === undefined) return undefined;
  return { tokens: Math.ceil((minTokensPerSecond * windowMs) / 1_000), windowMs };
}

/**
 * How long the next item of a sequence may be waited for. Only waits count: what the consumer takes for itself is
 * nobody's fault.
 *
 * | state | left by | limits of the next wait |
 * |---|---|---|
 * | silent | an item with tokens | the rest of the first-token limit |
 * | flowing | - | the idle limit, or the rest of the window of throughput where that is shorter |
 */
export class Pace {
  readonly #limits: PaceLimits;
  #hasBegun = false;
  #sinceTokenMs = 0;
  /** The latest tokens, fewer than the floor asks of a window, with the wait for each item that brought them. */
  readonly #recent: Waited[] = [];
  #recentTokens = 0;
  #recentMs = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** Undefined where no limit applies. */
  nextWait(): NextWait | undefined {
    const { firstMs, idleMs, throughput } = this.#limits;
    if (!this.#hasBegun) {
      if (firstMs === undefined) return undefined;
      return { phase: 'first-token', limitMs: firstMs, leftMs: Math.max(0, firstMs - this.#sinceTokenMs) };
    }
    const windowLeftMs =
      throughput === undefined ? Infinity : throughput.windowMs - this.#recentMs - this.#sinceTokenMs;
    if (throughput !== undefined && windowLeftMs < (idleMs ?? Infinity)) {
      return { phase: 'throughput', limitMs: throughput.windowMs, leftMs: Math.max(0, windowLeftMs) };
    }
    return idleMs === undefined ? undefined : { phase: 'idle', limitMs: idleMs, leftMs: idleMs };
  }

  /** An item has come after a wait. */
  take(tokens: number, waitedMs: number): void {
    this.#sinceTokenMs += waitedMs;
    if (tokens <= 0) return;
    if (this.#hasBegun && this.#limits.throughput !== undefined) {
      this.#remember({ tokens, waitedMs: this.#sinceTokenMs }, this.#limits.throughput.tokens);
    }
    this.#hasBegun = true;
    this.#sinceTokenMs = 0;
  }

  /** The wait for an item is that of its first token: an item whose first token has left the window takes nothing of it. */
  #remember(waited: Waited, floorTokens: number): void {
    this.#recent.push(waited);
    this.#recentTokens += waited.tokens;
    this.#recentMs += waited.waitedMs;
    while (this.#recentTokens > floorTokens - 1) {
      const oldest = this.#recent.shift();
      if (oldest === undefined) return;
      this.#recentTokens -= oldest.tokens;
      this.#recentMs -= oldest.waitedMs;
    }
  }
}
