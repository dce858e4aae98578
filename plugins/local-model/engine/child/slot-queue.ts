import { RequestRefusal } from './request-refusal.ts';

interface Waiting<T> {
  readonly choose: (free: readonly T[]) => T;
  readonly resolve: (slot: T) => void;
}

/** Hands out a fixed set of slots, first come first served; who comes when the queue is full is refused at once. */
export class SlotQueue<T> {
  readonly #free: T[];
  readonly #limit: number;
  readonly #waiting = new Set<Waiting<T>>();

  constructor(slots: readonly T[], limit: number) {
    this.#free = [...slots];
    this.#limit = limit;
  }

  /** Requests that wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for a slot; `choose` picks among several free ones. Rejects with a `busy_error` when the queue is full and with
   * the signal's reason when aborted.
   */
  async acquire(choose: (free: readonly T[]) => T, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#free.length > 0) return this.#take(choose);
    if (this.#waiting.size >= this.#limit) {
      throw new RequestRefusal(
        503,
        'busy_error',
        `the engine is busy and ${this.#limit} requests wait already; try again later`,
      );
    }
    return this.#wait(choose, signal);
  }

  /** Gives a slot back; the next who waits gets it. */
  release(slot: T): void {
    this.#free.push(slot);
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next.resolve(this.#take(next.choose));
  }

  #take(choose: (free: readonly T[]) => T): T {
    const slot = choose(this.#free);
    this.#free.splice(this.#free.indexOf(slot), 1);
    return slot;
  }

  #wait(choose: (free: readonly T[]) => T, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(entry);
        reject(signal.reason as Error);
      };
      const entry: Waiting<T> = {
        choose,
        resolve: (slot) => {
          signal.removeEventListener('abort', leave);
          resolve(slot);
        },
      };
      this.#waiting.add(entry);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
