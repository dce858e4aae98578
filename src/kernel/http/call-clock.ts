import { CancelledError } from '../../contracts/errors/host-errors.ts';
import { ProviderTimeoutError, type TimeoutPhase } from '../../contracts/errors/provider-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { CallLimits } from '../../contracts/models/call-context.ts';
import { toCancellation } from './cancellation.ts';

/** Whom to name when a limit passes. */
interface ClockPlace {
  readonly provider: string;
  readonly address: string;
  readonly model?: string;
}

/** What a person does about each limit, as the end of a message. */
export const LIMIT_ADVICE: Readonly<Record<TimeoutPhase, string>> = {
  connect: 'check that the server is on and reachable',
  load: 'the model takes long to load; raise the load limit or load it beforehand',
  'first-token': 'raise the first-token limit, or use a smaller model or a shorter conversation',
  idle: 'the server stopped in the middle of its answer; look into its log',
  throughput: 'lower routing.limits.minTokensPerSecond, or use a smaller model',
  total: 'raise the total limit, or ask for less output',
};

/**
 * Watches one call and aborts its signal with a ProviderTimeoutError that names the limit which passed.
 *
 * | state | entered by | limit that runs besides `total` |
 * |---|---|---|
 * | waiting | `start` | first-token; with a load expected, load and first-token together |
 * | flowing | each `token` | idle |
 * | ended | `dispose` | none |
 */
export class CallClock {
  readonly #limits: CallLimits;
  readonly #place: ClockPlace;
  readonly #outer: AbortSignal;
  readonly #own = new AbortController();
  readonly #startedAt = performance.now();
  #total: NodeJS.Timeout | undefined;
  #phase: NodeJS.Timeout | undefined;

  constructor(limits: CallLimits, place: ClockPlace, signal: AbortSignal) {
    this.#limits = limits;
    this.#place = place;
    this.#outer = signal;
    if (signal.aborted) this.#cancel();
    else signal.addEventListener('abort', this.#cancel, { once: true });
    this.#total = setTimeout(() => this.#expire('total', limits.totalMs), limits.totalMs);
  }

  /** Aborts when the caller gives up or a limit passes; the reason is the error to throw. */
  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** Milliseconds since the call began. */
  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** The request is sent; the first token is awaited. */
  start(isLoadExpected: boolean): void {
    const { firstTokenMs, loadMs } = this.#limits;
    if (isLoadExpected) this.#wait('load', loadMs + firstTokenMs);
    else this.#wait('first-token', firstTokenMs);
  }

  /** A token has come; the next is awaited. */
  token(): void {
    this.#wait('idle', this.#limits.idleMs);
  }

  /** Ends the exchange without a fault, when all that is wanted has come. */
  close(): void {
    this.#own.abort(new CancelledError('the answer is whole'));
  }

  /** Stops all limits; the signal no longer follows the caller's. */
  dispose(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#phase);
    this.#outer.removeEventListener('abort', this.#cancel);
  }

  /** The error to throw for a failure: the reason of the abort where there was one. */
  explain(error: unknown): unknown {
    if (!this.#own.signal.aborted) return error;
    const reason: unknown = this.#own.signal.reason;
    return isWoosterError(reason) ? reason : new CancelledError('cancelled', { cause: reason });
  }

  readonly #cancel = (): void => this.#own.abort(toCancellation(this.#outer));

  #wait(phase: TimeoutPhase, limitMs: number): void {
    clearTimeout(this.#phase);
    this.#phase = setTimeout(() => this.#expire(phase, limitMs), limitMs);
  }

  #expire(phase: TimeoutPhase, limitMs: number): void {
    const { provider, address, model } = this.#place;
    const message = `${provider} at ${address}: the ${phase} limit of ${limitMs} ms passed; ${LIMIT_ADVICE[phase]}`;
    this.#own.abort(new ProviderTimeoutError(message, { phase, limitMs, provider, model }));
  }
}
