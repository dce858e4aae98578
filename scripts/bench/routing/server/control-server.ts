import { setTimeout as sleep } from 'node:timers/promises';
import type { Behavior, ServerAddresses, ServerCounts, ServerName } from './behavior.ts';

/** A look may take as long as its own limit, 3 s. */
const QUIET_LIMIT_MS = 5_000;

/** Sets how the servers behave, and asks what they have seen. */
export class ServerControl {
  readonly #control: string;

  constructor({ control }: ServerAddresses) {
    this.#control = control;
  }

  async behave(server: ServerName, behavior: Behavior): Promise<void> {
    await fetch(`${this.#control}/${server}`, { method: 'POST', body: JSON.stringify(behavior) });
  }

  async counts(server: ServerName): Promise<ServerCounts> {
    return (await (await fetch(`${this.#control}/${server}`)).json()) as ServerCounts;
  }

  /** Waits until looks that were begun in the background have ended. */
  async quiet(): Promise<void> {
    const until = performance.now() + QUIET_LIMIT_MS;
    // A look asks in two steps, so one moment without a request is not its end.
    for (let calm = 0; calm < 2 && performance.now() < until;) {
      await sleep(5);
      calm = (await this.counts('primary')).openLooks === 0 ? calm + 1 : 0;
    }
  }
}
