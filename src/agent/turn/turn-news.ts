import type { AgentEvent } from '../../contracts/agent/agent.ts';

/** Events of a turn that come up while its model is being waited for, in order. */
export class TurnNews {
  readonly #events: AgentEvent[] = [];
  #wake: (() => void) | undefined;

  push(event: AgentEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }

  /** What has come up since this was last asked. */
  take(): readonly AgentEvent[] {
    return this.#events.splice(0);
  }

  /** Resolves when there is an event to take; only the latest promise is kept. */
  arrival(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      if (this.#events.length > 0) resolve(undefined);
    });
  }
}
