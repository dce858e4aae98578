import { setTimeout as delay } from 'node:timers/promises';
import { ProviderUnreachableError, type HealthReport, type Logger, type WoosterError } from 'wooster';
import { ServerHold, type ServerHoldOptions } from './record/server-hold.ts';
import { ServerRun, startFault } from './server-run.ts';
import type { StartPlan } from './start-plan.ts';
import { describeState } from './state/describe-state.ts';
import { transition, type ServerEvent, type ServerState } from './state/server-state.ts';

/** What a supervised server is made from. */
interface SupervisedServerOptions extends ServerHoldOptions {
  /** `host:port`. */
  readonly address: string;
  /** ConfigError for what can never be started. */
  readonly plan: () => StartPlan;
  /** Calls that have not ended, which a restart for memory waits for. */
  readonly calls: { readonly count: number };
  readonly log: Logger;
}

/** One server that is started when it is needed; `ServerState` has the table of its states. */
export class SupervisedServer {
  readonly id: string;
  readonly address: string;
  readonly hold: ServerHold;
  readonly #options: SupervisedServerOptions;
  readonly #listeners = new Set<(state: ServerState) => void>();
  #state: ServerState = { kind: 'stopped' };
  #run: ServerRun | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isKept = false;
  #isReleased = false;

  constructor(options: SupervisedServerOptions) {
    this.#options = options;
    this.id = options.id;
    this.address = options.address;
    this.hold = new ServerHold(options);
  }

  state(): ServerState {
    return this.#state;
  }

  /** What is told of a server that is not ready yet: `starting, 3 s`. */
  describe(): string {
    return describeState(this.#state, this.#options.clock.monotonic(), this.#run?.detail);
  }

  /** True while it starts or will start by itself. */
  isStarting(): boolean {
    const { kind } = this.#state;
    return kind === 'starting' || kind === 'restarting' || (kind === 'stopping' && this.#state.next !== 'stop');
  }

  /** Tells each change of state, until the returned value is disposed. */
  onChange(listener: (state: ServerState) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Somebody needs it: starts it unless it runs, waits for its back-off, or has failed. */
  want(): void {
    this.#apply({ kind: 'wanted' });
  }

  /** A person wants it: it starts whatever was before, and stays when this process ends. */
  ask(): void {
    this.#isKept = true;
    this.#apply({ kind: 'asked' });
  }

  /** Ends it; `stopped` tells that it is done. */
  stop(): void {
    this.#apply({ kind: 'stop' });
  }

  /** A look found it at its address, or found nobody there. */
  noticed(report: HealthReport, isExpected: boolean): void {
    const { kind } = this.#state;
    if (kind === 'failed' && isExpected) this.#apply({ kind: 'asked' });
    const isForeign = kind === 'adopted' && !this.#state.isOurs;
    if (isForeign && report.code === 'E_UNREACHABLE') this.#apply({ kind: 'ended', reason: 'ended' });
  }

  /** Resolves when it is known whether it runs already, at the latest after the limit. */
  async settled(limitMs: number, signal: AbortSignal): Promise<void> {
    const limit = delay(limitMs, undefined, { signal, ref: false }).catch(() => undefined);
    await Promise.race([this.#run?.settled, limit]);
  }

  /** The fault that a start would meet, without starting anything. */
  async preview(): Promise<WoosterError | undefined> {
    const { requireProgram } = await import('./process/find-program.ts');
    try {
      await requireProgram(this.#options.plan());
      return undefined;
    } catch (error) {
      return startFault(error, this.id);
    }
  }

  /** This process uses it no more; resolves when what has to be ended with it is gone. */
  async release(): Promise<void> {
    this.#isReleased = true;
    clearTimeout(this.#retry);
    await this.#run?.leave();
    this.#state = { kind: 'stopped' };
  }

  #apply(event: ServerEvent): void {
    if (this.#isReleased) return;
    const nowMs = this.#options.clock.monotonic();
    const tooManyCrashes = (crashes: number, reason: string): WoosterError => this.#tooMany(crashes, reason);
    const next = transition(this.#state, event, { nowMs, tooManyCrashes });
    if (next.state === this.#state) return;
    this.#state = next.state;
    this.#report(event);
    clearTimeout(this.#retry);
    if (next.effect === 'launch') this.#launch();
    if (next.effect === 'end') void this.#end();
    if (next.effect === 'wait' && next.state.kind === 'restarting') {
      this.#retry = setTimeout(() => this.#apply({ kind: 'due' }), Math.max(0, next.state.retryAtMs - nowMs)).unref();
    }
    for (const listener of this.#listeners) listener(this.#state);
  }

  #launch(): void {
    const { id, hold } = this;
    const run: ServerRun = new ServerRun({
      ...this.#options,
      id,
      hold,
      isKept: this.#isKept,
      tell: (event) => {
        if (this.#run === run) this.#apply(event);
      },
    });
    this.#run = run;
  }

  async #end(): Promise<void> {
    const state = this.#state;
    const isAsked = state.kind === 'stopping' && state.next === 'stop';
    const reason = state.kind === 'stopping' ? state.reason : 'was stopped';
    await this.#run?.end(reason, isAsked).catch((error: unknown) => {
      this.#options.log.warn('server could not be ended', { server: this.id, reason: String(error) });
    });
  }

  #report(event: ServerEvent): void {
    const { log } = this.#options;
    const fields = { server: this.id, state: this.#state.kind };
    if (event.kind === 'ended' && event.isAsked !== true) log.warn('server ended', { ...fields, reason: event.reason });
    else if (event.kind === 'refused') log.warn('server cannot be started', { ...fields, reason: event.fault.message });
    else log.info(`server ${event.kind}`, fields);
  }

  #tooMany(crashes: number, reason: string): WoosterError {
    const message = `${this.id}: it crashed ${crashes} times in a row and is left alone (the last time it ${reason}); see "wooster logs ${this.id}", then "wooster servers start ${this.id}"`;
    return new ProviderUnreachableError(message, { provider: this.id });
  }
}
