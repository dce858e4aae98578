import type { Clock } from '../../contracts/plugins/logger.ts';
import type { HealthReport } from '../../contracts/models/health.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import { waitAtMost } from '../../resilience/wait-at-most.ts';
import { doesServe } from '../filters/task.ts';
import type { ModelLists } from './model-lists.ts';
import type { ProviderInstance } from '../../contracts/models/provider.ts';
import type { ProviderRegistry } from './provider-registry.ts';
import type { TargetHealth } from './target-health.ts';

/** How long the first decision of a process waits for servers nobody has looked at. */
const FIRST_LOOK_LIMIT_MS = 500;

/** How long a decision that health alone leaves empty waits for a second look. */
const SECOND_LOOK_LIMIT_MS = 1_000;

/** A look this young is not repeated for a decision that health leaves empty. */
const FRESH_MS = 500;

/** How long a decision waits for servers that nobody configured to be found. */
const DISCOVERY_LIMIT_MS = 300;

/** The call that is to be decided: what it may not use is not looked at for it. */
type LookoutRequest = Pick<RouteRequest, 'task' | 'purpose' | 'privacy' | 'permission' | 'isPreview'>;

/** What of the breakers the lookout needs: who is to be looked at so that it may come back. */
interface RestingServers {
  wantsLook(serverId: string): 'now' | 'some-time' | undefined;
  /** Whether a look now would bring something back before its time. */
  canHasten(serverId: string): boolean;
  hasten(serverId: string): void;
}

/** What the lookout watches. */
interface LookoutOptions {
  readonly breakers: RestingServers;
  readonly registry: ProviderRegistry;
  readonly health: TargetHealth;
  readonly lists: ModelLists;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Looks for servers that nobody configured; undefined where there is nothing to look for, and never rejects. */
  readonly discover?: (signal: AbortSignal) => Promise<void> | undefined;
}

/**
 * Decides when to look at which server. A decision waits only for servers of which nothing is known: the first of a
 * process, and one after so long a pause that all is forgotten; from then on looks run in the background when the last is older than the interval, and when a breaker
 * is due. A cloud is looked at only where a setting permits it, and only to learn its models or that it is well again.
 */
export class Lookout {
  readonly #options: LookoutOptions;
  readonly #triedAt = new Map<string, number>();
  /** The last search for servers was left before it had ended. */
  #isSearchCut = false;

  constructor(options: LookoutOptions) {
    this.#options = options;
  }

  /** Starts the looks that are due, and waits for the first ones, for a bounded time. */
  async prepare(request: LookoutRequest, signal: AbortSignal): Promise<void> {
    await this.#discover(signal);
    const first: Promise<unknown>[] = [];
    for (const instance of this.#reachable(request)) {
      const isStarting = request.isPreview !== true && instance.provider.wake?.(request.task) === true;
      if (!isStarting && !this.#isDue(instance)) continue;
      const { state } = this.#options.health.status(instance.serverId);
      const isFirst = state === 'unknown' || !this.#triedAt.has(instance.serverId);
      const look = this.look(instance);
      if (isFirst || isStarting) first.push(look);
    }
    if (first.length > 0) await waitAtMost(Promise.all(first), FIRST_LOOK_LIMIT_MS, signal);
  }

  /** Looks again at each of the given servers, unless it has just been looked at, until the first is ready; false when there was none to look at. */
  async lookAgain(serverIds: ReadonlySet<string>, request: LookoutRequest, signal: AbortSignal): Promise<boolean> {
    const looks: Promise<unknown>[] = [];
    for (const instance of this.#reachable(request)) {
      if (serverIds.has(instance.serverId) && !this.#isFresh(instance)) looks.push(this.#lookUntilReady(instance));
    }
    if (looks.length === 0) return false;
    await waitAtMost(Promise.any(looks), SECOND_LOOK_LIMIT_MS, signal);
    return true;
  }

  /** Waits for a search that a decision left before its end, and looks at what it found; false where there was none. */
  async finishSearch(request: LookoutRequest, signal: AbortSignal): Promise<boolean> {
    if (!this.#isSearchCut) return false;
    const search = this.#options.discover?.(signal);
    if (search !== undefined) await waitAtMost(search, SECOND_LOOK_LIMIT_MS, signal);
    await this.prepare(request, signal);
    return true;
  }

  /** Looks at every server whose last look is older than the given age; waits for all, each within its own limit. */
  async refresh(maxAgeMs: number, signal: AbortSignal): Promise<void> {
    await this.#discover(signal);
    const { health, lists } = this.#options;
    const due = this.#options.registry
      .active()
      .filter(
        (instance) =>
          instance.mayContact &&
          (health.status(instance.serverId).ageMs > maxAgeMs || lists.list(instance).ageMs > maxAgeMs),
      );
    const limitMs = 2 * SECOND_LOOK_LIMIT_MS + 10_000;
    await waitAtMost(Promise.all(due.map((instance) => this.look(instance))), limitMs, signal);
  }

  /** One look: the server's health and, when it is not down, its models. Never rejects. */
  async look(instance: ProviderInstance): Promise<HealthReport> {
    const { health, lists, clock } = this.#options;
    this.#triedAt.set(instance.serverId, clock.monotonic());
    const report = await health.look(instance);
    if (canTellModels(report)) await lists.read(instance);
    return report;
  }

  /** After the host slept or its clock was set: what was known is of another time. */
  forget(): void {
    this.#options.health.forget();
    this.#triedAt.clear();
  }

  async #discover(signal: AbortSignal): Promise<void> {
    const search = this.#options.discover?.(signal);
    this.#isSearchCut = search !== undefined && (await waitAtMost(search, DISCOVERY_LIMIT_MS, signal)) === 'limit';
  }

  async #lookUntilReady(instance: ProviderInstance): Promise<void> {
    this.#options.breakers.hasten(instance.serverId);
    const report = await this.look(instance);
    if (!canTellModels(report)) throw new Error(report.detail);
  }

  /**
   * Just looked at: its health, and its models unless it was found unwell. A look that took too long settles nothing: this
   * process may have been too busy with its own start to read the answer.
   */
  #isFresh(instance: ProviderInstance): boolean {
    const { health, lists, breakers } = this.#options;
    const { state, ageMs, report } = health.status(instance.serverId);
    if (state === 'ready' && breakers.canHasten(instance.serverId)) return false;
    const isUnwell = (state === 'down' || state === 'misconfigured') && report?.code !== 'E_TIMEOUT';
    return ageMs < FRESH_MS && (isUnwell || lists.list(instance).ageMs < FRESH_MS);
  }

  #reachable({ task, purpose, privacy, permission }: LookoutRequest): readonly ProviderInstance[] {
    const isForTexts = task === 'embed' && permission !== undefined;
    return this.#options.registry.active().filter(({ entry, locality, mayContact, mayContactToEmbed }) => {
      if (!doesServe(entry, { task, purpose })) return false;
      if (!mayContact && !(isForTexts && mayContactToEmbed)) return false;
      return locality === 'local' || privacy !== 'local-only';
    });
  }

  #isDue(instance: ProviderInstance): boolean {
    const { health, lists, clock, intervalMs, breakers } = this.#options;
    const wish = breakers.wantsLook(instance.serverId);
    if (wish === 'now') return true;
    const { state, ageMs } = health.status(instance.serverId);
    const list = lists.list(instance);
    const isUnwell = state === 'down' || state === 'misconfigured' || wish === 'some-time';
    const triedAt = this.#triedAt.get(instance.serverId);
    if (triedAt !== undefined && clock.monotonic() - triedAt < intervalMs) return false;
    const { entry, descriptor, mayContact } = instance;
    const isNeeded = entry.model === undefined || descriptor.tellsPrices === true;
    const isListWanted = mayContact && !list.isRead && isNeeded;
    if (instance.locality === 'cloud') return isUnwell || isListWanted;
    return ageMs > intervalMs || (list.ageMs > intervalMs && !isUnwell);
  }
}

/** False for a server that is down or refuses us; one that only lacks the configured model tells the others. */
function canTellModels({ state, code }: HealthReport): boolean {
  return state !== 'down' && (state !== 'misconfigured' || code === 'E_MODEL_NOT_FOUND');
}
