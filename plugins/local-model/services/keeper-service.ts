import type { Disposable, RouteDecision, Service } from 'wooster';
import type { EvictionReport, EvictionWatch } from './eviction-watch.ts';
import type { KeeperPorts } from './keeper-ports.ts';
import type { ModelKeeper } from './model-keeper.ts';

/** What does the work, once there is any. */
interface Workers {
  readonly keeper: ModelKeeper;
  readonly watch: EvictionWatch;
}

/**
 * Keeps models in memory as `lifecycle` says and notices those that put each other out. Its parts are imported with the
 * first call that is routed, since a command that asks no model needs none of them.
 */
export class KeeperService implements Service, Disposable {
  readonly id = 'model-keeper';
  readonly #ports: KeeperPorts;
  readonly #ended = new AbortController();
  #workers: Promise<Workers> | undefined;
  #subscription: Disposable | undefined;

  constructor(ports: KeeperPorts) {
    this.#ports = ports;
  }

  /** Listens to the router until the signal aborts. */
  start(signal: AbortSignal): void {
    if (signal.aborted || this.#ended.signal.aborted) return;
    this.#subscription = this.#ports.router().onDecision((decision) => void this.#hear(decision));
    signal.addEventListener('abort', () => void this.dispose(), { once: true });
  }

  /** Loads what `lifecycle.preload` names, in the background of a conversation; never throws. */
  async preload(signal: AbortSignal): Promise<void> {
    if (this.#ports.settings.preload.length === 0 || this.#ended.signal.aborted) return;
    await (await this.#work()).keeper.preload(signal);
  }

  /** Pairs of models that put each other out of memory now, by what this and other processes saw. */
  async evictions(signal: AbortSignal): Promise<readonly EvictionReport[]> {
    return (await this.#work()).watch.check(signal);
  }

  async dispose(): Promise<void> {
    this.#ended.abort();
    await this.#subscription?.dispose();
    (await this.#workers)?.keeper.dispose();
  }

  async #hear(decision: RouteDecision): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const { keeper, watch } = await this.#work();
    keeper.onDecision(decision);
    await watch.onDecision(decision, this.#ended.signal);
  }

  #work(): Promise<Workers> {
    return (this.#workers ??= this.#import());
  }

  async #import(): Promise<Workers> {
    const { ModelKeeper: Keeper } = await import('./model-keeper.ts');
    const { EvictionWatch: Watch } = await import('./eviction-watch.ts');
    const workers = { keeper: new Keeper(this.#ports), watch: new Watch(this.#ports) };
    if (this.#ended.signal.aborted) workers.keeper.dispose();
    return workers;
  }
}
