import type { Disposable } from '../../../contracts/plugins/disposable.ts';

/** Runs something later; disposing of it takes that back. Must not keep the process alive. */
export type Schedule = (run: () => void, delayMs: number) => Disposable;

/** The real timers. */
export const scheduleUnreferenced: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return { dispose: () => clearTimeout(timer) };
};

/** Until the next look at a server that is back and loads its model. */
const LOADING_LOOK_MS = 1_000;

/** What the looks need. */
interface BreakerLooksOptions {
  readonly schedule: Schedule;
  /** Begins a look; false when there is nobody to look at, or none is allowed. */
  look(serverId: string): boolean;
  /** Until the next look that may bring back something of this server; undefined when nothing of it rests. */
  nextLookInMs(serverId: string): number | undefined;
}

/**
 * The background looks at servers that failed calls of this process, so that their return is found without anybody's
 * call. One timer a server; none is left after the disposal.
 */
export class BreakerLooks implements Disposable {
  readonly #options: BreakerLooksOptions;
  readonly #timers = new Map<string, Disposable | undefined>();
  #isStopped = false;

  constructor(options: BreakerLooksOptions) {
    this.#options = options;
  }

  /** Looks at once, and again until nothing of the server rests any more. */
  begin(serverId: string): void {
    if (this.#isStopped) return;
    this.#clear(serverId);
    this.#timers.set(serverId, undefined);
    this.#look(serverId);
  }

  /** Looks when it is time to, until nothing of the server rests any more. */
  watch(serverId: string): void {
    if (this.#isStopped) return;
    if (!this.#timers.has(serverId)) this.#timers.set(serverId, undefined);
    this.plan(serverId);
  }

  /** Plans the next look of a server that has been looked at; of no other. One that loads its model is soon looked at again. */
  plan(serverId: string, isLoading = false): void {
    if (this.#isStopped || !this.#timers.has(serverId)) return;
    this.#clear(serverId);
    const delayMs = isLoading ? LOADING_LOOK_MS : this.#options.nextLookInMs(serverId);
    if (delayMs === undefined) this.#timers.delete(serverId);
    else
      this.#timers.set(
        serverId,
        this.#options.schedule(() => this.#look(serverId), delayMs),
      );
  }

  /** Plans every look anew, when times have changed. */
  planAll(): void {
    for (const serverId of this.#timers.keys()) this.plan(serverId);
  }

  dispose(): void {
    this.#isStopped = true;
    for (const serverId of this.#timers.keys()) this.#clear(serverId);
    this.#timers.clear();
  }

  #look(serverId: string): void {
    if (this.#isStopped || this.#options.look(serverId)) return;
    this.#clear(serverId);
    this.#timers.delete(serverId);
  }

  #clear(serverId: string): void {
    void this.#timers.get(serverId)?.dispose();
  }
}
