import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  isWoosterError,
  type Clock,
  type Disposable,
  type EmbeddingPurpose,
  type EmbeddingsFactory,
  type HostSettings,
  type KnowledgeStats,
  type KnowledgeStore,
  type KnowledgeStores,
  type Logger,
} from 'wooster';

/** Stores are looked at no more often. */
const PAUSE_MS = 60_000;

/** Failures after which nothing is said: another look is taken anyway. */
const QUIET_CODES: readonly string[] = ['E_STORE_LOCKED', 'E_CANCELLED', 'E_NO_ROUTE', 'E_UNREACHABLE', 'E_TIMEOUT'];

/** Runs something later; disposing takes it back. */
type Schedule = (run: () => void, delayMs: number) => Disposable;

/** The real timers; they do not keep the process alive. */
const UNREFERENCED: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return { dispose: () => clearTimeout(timer) };
};

/** What bringing vectors home in the background needs. */
interface HomecomingPorts {
  readonly knowledge: () => KnowledgeStores;
  readonly embeddings: () => EmbeddingsFactory;
  readonly settings: Pick<HostSettings, 'embeddings'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly schedule?: Schedule;
}

interface Place {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
}

/** Changes with every write of a store. */
function stampOf(location: string): string {
  const files = ['store.db', 'store.db-wal'].map((file) => statSync(join(location, file), { throwIfNoEntry: false }));
  return files.map((file) => `${file?.size ?? 0}/${file?.mtimeMs ?? 0}`).join(' ');
}

/** True where a store has texts that its own model has not embedded. */
function isAwayFromHome({ spaces, texts, isReadOnly }: KnowledgeStats): boolean {
  if (isReadOnly || texts === 0) return false;
  const own = spaces.find(({ role }) => role === 'primary');
  return own === undefined || own.missing > 0 || spaces.some(({ role }) => role === 'fallback');
}

/**
 * Brings vectors home in the background of long conversations, once the model of a store can be reached again. It never
 * loads a model to look, never spends money, and lets everybody else write first.
 *
 * | state    | timer                                                 | abort               |
 * |----------|-------------------------------------------------------|---------------------|
 * | waiting  | looks at each store, brings home what it can, waits on | takes the timer back |
 * | working  | cannot come                                           | ends after the batch |
 */
export class Homecoming {
  readonly #ports: HomecomingPorts;
  readonly #schedule: Schedule;
  /** Stores that had nothing to do, or could not be helped, as they were then. */
  readonly #settled = new Map<string, string>();
  #timer: Disposable | undefined;

  constructor(ports: HomecomingPorts) {
    this.#ports = ports;
    this.#schedule = ports.schedule ?? UNREFERENCED;
  }

  start(signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#arm(signal);
    signal.addEventListener('abort', () => void this.#timer?.dispose(), { once: true });
  }

  #arm(signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#timer = this.#schedule(() => void this.#look(signal).finally(() => this.#arm(signal)), PAUSE_MS);
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      for (const purpose of ['projects', 'userProfile'] as const) {
        if (!this.#ports.settings.embeddings[purpose].isEnabled) continue;
        for (const name of await this.#ports.knowledge().list(purpose)) await this.#visit({ purpose, name }, signal);
      }
    } catch (error) {
      this.#tell('the stores', error, signal);
    }
  }

  async #visit(place: Place, signal: AbortSignal): Promise<void> {
    const { purpose, name } = place;
    const location = this.#ports.knowledge().locate(purpose, name);
    if (signal.aborted || this.#settled.get(location) === stampOf(location)) return;
    try {
      const store = await this.#ports.knowledge().open(purpose, name, signal);
      let isSettled: boolean;
      try {
        isSettled = await this.#help(store, signal);
      } finally {
        await store.close();
      }
      // Written down after closing, which may write.
      if (isSettled) this.#settled.set(location, stampOf(location));
    } catch (error) {
      // Said once: what has not changed since would say it again each minute.
      if (this.#tell(`the store ${name}`, error, signal)) this.#settled.set(location, stampOf(location));
    }
  }

  /** True where another look makes no sense before the store has changed. */
  async #help(store: KnowledgeStore, signal: AbortSignal): Promise<boolean> {
    const stats = await store.stats(signal);
    if (store.upkeep === undefined || !isAwayFromHome(stats)) return true;
    if (!(await this.#isReachable(store.purpose, stats, signal))) return false;
    const plan = await store.upkeep.reconcile({ signal, isPlan: true });
    if (plan.usd !== 0) return false;
    const startedAt = this.#ports.clock.monotonic();
    const { to, embedded, dropped } = await store.upkeep.reconcile({ signal });
    const seconds = ((this.#ports.clock.monotonic() - startedAt) / 1_000).toFixed(1);
    if (embedded > 0 || dropped.length > 0) {
      const model = to?.name ?? 'its own model';
      this.#ports.log.info(`${embedded} texts of ${store.name} were brought home to ${model} in ${seconds} s`);
    }
    return true;
  }

  /** Whether a model of this machine that could be the store's own answers; asks servers for their lists only. */
  async #isReachable(purpose: EmbeddingPurpose, { spaces }: KnowledgeStats, signal: AbortSignal): Promise<boolean> {
    const own = spaces.find(({ role }) => role === 'primary')?.space.name;
    const { models, purposes } = await this.#ports.embeddings().status(signal);
    const ref = purposes.find((each) => each.purpose === purpose)?.ref;
    return models.some(
      ({ locality, facts, ref: served, state, servesPurposes }) =>
        locality === 'local' &&
        (state === 'ready' || state === 'unknown') &&
        (own === undefined ? served === ref && servesPurposes.includes(purpose) : facts.name === own),
    );
  }

  /** True where something was said. */
  #tell(what: string, error: unknown, signal: AbortSignal): boolean {
    if (signal.aborted || (isWoosterError(error) && QUIET_CODES.includes(error.code))) return false;
    const reason = error instanceof Error ? error.message : String(error);
    this.#ports.log.warn(`vectors of ${what} were not brought home: ${reason}`);
    return true;
  }
}
