import { LOCAL_PRINCIPAL, parseModelRef, type Disposable, type RouteDecision } from 'wooster';
import { isSameModel, placeOf, type KeeperPorts, type ModelPlace, type Schedule } from './keeper-ports.ts';

/** The setting that stands for the model which would answer a chat. */
const AUTO = 'auto';

/** Traces of other processes that are read before a model is let go. */
const TRACES_READ = 50;

/** An attempt that has run for longer was left open by a process that was killed. */
const LONGEST_ATTEMPT_MS = 3600_000;

const UNLOAD_LIMIT_MS = 30_000;

/** The real timers; they do not keep the process alive. */
const UNREFERENCED: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return { dispose: () => clearTimeout(timer) };
};

/**
 * Loads models before they are needed and unloads those that nobody used for a while. It unloads only what calls of this
 * process have used or it has loaded, and not while another process of the workspace uses it.
 *
 * | state    | preload      | decision             | timer                                   |
 * |----------|--------------|----------------------|-----------------------------------------|
 * | open     | loads        | notes the use, arms  | unloads what is idle, arms for the next |
 * | disposed | does nothing | does nothing         | taken back                              |
 */
export class ModelKeeper implements Disposable {
  readonly #ports: KeeperPorts;
  readonly #schedule: Schedule;
  readonly #ended = new AbortController();
  /** Time of the last use by target, milliseconds since 1970. */
  readonly #usedAt = new Map<string, number>();
  /** Decisions of this process whose attempts have not been read. */
  readonly #unread = new Set<string>();
  #timer: Disposable | undefined;

  constructor(ports: KeeperPorts) {
    this.#ports = ports;
    this.#schedule = ports.schedule ?? UNREFERENCED;
  }

  /** Loads the models of `lifecycle.preload`, one after another. Resolves when that is done; never throws. */
  async preload(signal: AbortSignal): Promise<void> {
    const both = AbortSignal.any([signal, this.#ended.signal]);
    for (const name of this.#ports.settings.preload) {
      if (both.aborted) return;
      try {
        await this.#preloadOne(name, both);
      } catch (error) {
        if (both.aborted) return;
        this.#ports.log.warn(`${name} of lifecycle.preload was not loaded: ${reasonOf(error)}`);
      }
    }
  }

  /** Notes that a call of this process begins. */
  onDecision({ id, chain }: RouteDecision): void {
    if (this.#ended.signal.aborted || this.#ports.settings.unloadAfterMs === undefined) return;
    const [first] = chain;
    if (first?.locality !== 'local') return;
    this.#unread.add(id);
    this.#use(first.targetId, this.#ports.clock.now());
    this.#arm();
  }

  /** Takes back the timer and ends what is being loaded; what is in memory stays there. */
  dispose(): void {
    void this.#timer?.dispose();
    this.#timer = undefined;
    this.#ended.abort();
  }

  async #preloadOne(name: string, signal: AbortSignal): Promise<void> {
    const targetId = name === AUTO ? await this.#wouldAnswer(signal) : await this.#targetOf(name, signal);
    const place = targetId === undefined ? undefined : placeOf(this.#ports.router().providers(), targetId);
    if (targetId === undefined || place?.instance.provider.lifecycle?.load === undefined) return;
    const ref = `${place.instance.entry.id}:${place.modelId}` as const;
    if ((await this.#ports.isHere?.(ref)) === false) return;
    if ((await isLoaded(place, signal)) !== true) await place.instance.provider.lifecycle.load(place.modelId, signal);
    if (this.#ports.settings.unloadAfterMs === undefined) return;
    this.#use(targetId, this.#ports.clock.now());
    this.#arm();
  }

  /** The first of the chain, when it is local: a preview that sends nothing. */
  async #wouldAnswer(signal: AbortSignal): Promise<string | undefined> {
    const request = { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL, isPreview: true } as const;
    const [first] = (await this.#ports.router().decide(request, signal)).chain;
    return first?.locality === 'local' ? first.targetId : undefined;
  }

  async #targetOf(name: string, signal: AbortSignal): Promise<string | undefined> {
    if (parseModelRef(name) === undefined) {
      this.#ports.log.warn(`lifecycle.preload: "${name}" names no model; write provider:model, or auto`);
      return undefined;
    }
    const router = this.#ports.router();
    await router.refresh(signal);
    const found = router.status().targets.find(({ ref }) => ref === name || ref === `${name}:latest`);
    if (found === undefined) this.#ports.log.warn(`lifecycle.preload: no provider has ${name}; fetch it first`);
    return found?.unavailable === undefined ? found?.targetId : undefined;
  }

  #use(targetId: string, at: number): void {
    this.#usedAt.set(targetId, Math.max(at, this.#usedAt.get(targetId) ?? 0));
  }

  #arm(): void {
    const { unloadAfterMs } = this.#ports.settings;
    if (unloadAfterMs === undefined || this.#ended.signal.aborted) return;
    void this.#timer?.dispose();
    this.#timer = undefined;
    if (this.#usedAt.size === 0) return;
    const next = Math.min(...this.#usedAt.values()) + unloadAfterMs - this.#ports.clock.now();
    this.#timer = this.#schedule(() => void this.#unloadIdle(unloadAfterMs), Math.max(0, next));
  }

  async #unloadIdle(unloadAfterMs: number): Promise<void> {
    this.#readAttempts();
    const now = this.#ports.clock.now();
    const idle = [...this.#usedAt].filter(([, usedAt]) => now - usedAt >= unloadAfterMs);
    for (const [targetId, usedAt] of idle) await this.#unload(targetId, now - usedAt);
    this.#arm();
  }

  /** Stand-ins that answered instead of the first, and what other processes use of the same models. */
  #readAttempts(): void {
    const now = this.#ports.clock.now();
    const log = this.#ports.decisions();
    const own = [...this.#unread].map((id) => log.get(id)).filter((trace) => trace !== undefined);
    this.#unread.clear();
    const others = log
      .list({ limit: TRACES_READ })
      .filter(({ attempts }) => attempts.some(({ targetId }) => this.#usedAt.has(targetId)));
    for (const { decision, attempts } of [...own, ...others]) {
      for (const { targetId, startedAt, totalMs, outcome } of attempts) {
        const isRunning = outcome === 'running' && now - startedAt < LONGEST_ATTEMPT_MS;
        if (isRunning) this.#unread.add(decision.id);
        const isLocal = decision.chain.some((step) => step.targetId === targetId && step.locality === 'local');
        if (isLocal) this.#use(targetId, isRunning ? now : startedAt + (totalMs ?? 0));
      }
    }
  }

  async #unload(targetId: string, idleMs: number): Promise<void> {
    this.#usedAt.delete(targetId);
    const place = placeOf(this.#ports.router().providers(), targetId);
    const lifecycle = place?.instance.provider.lifecycle;
    if (place === undefined || lifecycle?.unload === undefined) return;
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(UNLOAD_LIMIT_MS)]);
    const where = `${place.instance.entry.id}:${place.modelId}`;
    try {
      if ((await isLoaded(place, signal)) === false) return;
      await lifecycle.unload(place.modelId, signal);
      this.#ports.log.info(`unloaded ${where}, unused for ${Math.round(idleMs / 1000)} s`);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      this.#ports.log.warn(`${where} could not be unloaded: ${reasonOf(error)}`);
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Undefined where the server does not tell what is in memory. */
async function isLoaded({ instance, modelId }: ModelPlace, signal: AbortSignal): Promise<boolean | undefined> {
  const loaded = await instance.provider.lifecycle?.loaded?.(signal);
  return loaded?.some((model) => isSameModel(model.modelId, modelId));
}
