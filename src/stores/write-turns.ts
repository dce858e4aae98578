import type { Disposable } from '../contracts/plugins/disposable.ts';
import { toCancellation } from '../kernel/http/cancellation.ts';
import type { StoreLink } from './link/store-link.ts';

const NEVER = new AbortController().signal;

/** Writes of one open store one after another, each with the writer's place, unless that is held over several. */
export class WriteTurns {
  readonly #link: StoreLink;
  #last: Promise<unknown> = Promise.resolve();
  #holders = 0;

  constructor(link: StoreLink) {
    this.#link = link;
  }

  /** Takes the writer's place until disposed; E_STORE_LOCKED when another process has it. */
  async hold(task: string, signal: AbortSignal): Promise<Disposable> {
    await this.#inTurn(() => this.#acquire(task, signal));
    let isHeld = true;
    const dispose = async (): Promise<void> => {
      if (!isHeld) return;
      isHeld = false;
      await this.#inTurn(() => this.#release());
    };
    return { dispose };
  }

  /** Does the work when it is its turn. */
  run<T>(task: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      await this.#acquire(task, signal);
      try {
        return await work();
      } finally {
        await this.#release();
      }
    });
  }

  /** Resolves when the writes under way have ended. */
  async end(): Promise<void> {
    await this.#last;
  }

  async #acquire(task: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw toCancellation(signal);
    // The reply is awaited whatever happens: a place that was taken unseen would be held for ever.
    if (this.#holders === 0) await this.#link.call('lock', { task }, signal, { isAwaited: true });
    this.#holders += 1;
  }

  async #release(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders === 0) await this.#link.call('unlock', null, NEVER).catch(() => undefined);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
