import { ConfigError } from '../../contracts/errors/host-errors.ts';
import type { CallOutcome, HealthMonitor, HealthReport, HealthSnapshot } from '../../contracts/models/health.ts';
import type { Disposable } from '../../contracts/plugins/disposable.ts';
import type { Clock, Logger } from '../../contracts/plugins/logger.ts';
import type { HealthStore } from '../../contracts/routing/routing-state.ts';
import { waitAtMost } from '../../resilience/wait-at-most.ts';
import { snapshotOf, SpeedSamples, verdictOf } from './health-board.ts';
import type { DatedReport } from './health-board.ts';
import type { ProviderInstance } from '../../contracts/models/provider.ts';
import { serverOfTarget, targetIdOf } from './target-id.ts';

/** Longest look at a server; what does not answer a cheap question by then is down. */
const PROBE_LIMIT_MS = 3_000;

/** How often an unchanged state is written again, so that other processes see that it is fresh. */
const SAVE_AGAIN_MS = 15_000;

const MODEL_NOT_FOUND = 'E_MODEL_NOT_FOUND';

type Listener = (targetId: string, snapshot: HealthSnapshot) => void;

/** Who is told of looks: the breakers, which a look may close. */
interface LookListener {
  lookStarted(serverId: string): void;
  lookEnded(serverId: string, report: HealthReport): void;
}

/** What the monitor needs of the host. */
interface TargetHealthOptions {
  findServer(serverId: string): ProviderInstance | undefined;
  readonly looks: LookListener;
  readonly store: HealthStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Health of servers and of their models, from looks and from real calls. A look at a server speaks for all its models.
 * States last in the store, so that a new process does not begin by asking a server that another has just found dead.
 */
export class TargetHealth implements HealthMonitor, Disposable {
  readonly #options: TargetHealthOptions;
  readonly #reports = new Map<string, DatedReport>();
  readonly #savedAt = new Map<string, number>();
  readonly #speeds = new Map<string, SpeedSamples>();
  readonly #flights = new Map<string, Promise<HealthReport>>();
  readonly #listeners = new Set<Listener>();
  readonly #stop = new AbortController();
  #isLoaded = false;

  constructor(options: TargetHealthOptions) {
    this.#options = options;
  }

  status(targetId: string): HealthSnapshot {
    this.#load();
    const serverId = serverOfTarget(targetId);
    const known = {
      own: serverId === targetId ? undefined : this.#reports.get(targetId),
      server: this.#reports.get(serverId),
      firstTokenMs: this.#speeds.get(targetId)?.median(),
    };
    return snapshotOf(known, this.#options.clock.monotonic());
  }

  async check(targetId: string, signal: AbortSignal): Promise<HealthReport> {
    const instance = this.#options.findServer(serverOfTarget(targetId));
    if (instance === undefined) throw new ConfigError(`no provider serves ${targetId}`);
    const look = this.look(instance);
    await waitAtMost(look, PROBE_LIMIT_MS * 2, signal);
    return look;
  }

  /** Looks at a server now; all who ask while it runs share one look, which no single caller's signal ends. */
  look(instance: ProviderInstance): Promise<HealthReport> {
    const { serverId } = instance;
    const running = this.#flights.get(serverId);
    if (running !== undefined) return running;
    this.#options.looks.lookStarted(serverId);
    const flight = this.#probe(instance).finally(() => this.#flights.delete(serverId));
    this.#flights.set(serverId, flight);
    return flight;
  }

  mark(targetId: string, outcome: CallOutcome): void {
    this.#load();
    if (outcome.firstTokenMs !== undefined) {
      const speed = this.#speeds.get(targetId) ?? new SpeedSamples();
      speed.add(outcome.firstTokenMs);
      this.#speeds.set(targetId, speed);
    }
    const verdict = verdictOf(outcome);
    if (verdict === undefined) return;
    const serverId = serverOfTarget(targetId);
    if (outcome.kind === 'answered') this.#set(serverId, verdict.report);
    this.#set(verdict.about === 'server' ? serverId : targetId, verdict.report);
  }

  /** Knows nothing any more of one server or target, or of all: it is looked at as if for the first time. */
  forget(id?: string): void {
    this.#load();
    const ids = id === undefined ? [...this.#reports.keys()] : [id];
    for (const each of ids) {
      this.#reports.delete(each);
      this.#savedAt.delete(each);
    }
  }

  /** Takes back, for every process, that targets or their servers were found unwell: of one, or of all. */
  pardon(targetOrServerId?: string): void {
    this.#load();
    for (const [id, { report }] of this.#reports) {
      const isConcerned =
        targetOrServerId === undefined ||
        id === targetOrServerId ||
        serverOfTarget(id) === targetOrServerId ||
        id === serverOfTarget(targetOrServerId);
      if (!isConcerned || report.state === 'ready') continue;
      this.forget(id);
      this.#options.store.remove(id);
    }
  }

  onChange(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  async dispose(): Promise<void> {
    this.#stop.abort();
    this.#listeners.clear();
    await Promise.allSettled(this.#flights.values());
  }

  async #probe(instance: ProviderInstance): Promise<HealthReport> {
    const startedAt = this.#options.clock.monotonic();
    const limit = AbortSignal.timeout(PROBE_LIMIT_MS);
    const signal = AbortSignal.any([this.#stop.signal, limit]);
    let report: HealthReport;
    try {
      const probe = instance.provider.probe(signal);
      const end = await waitAtMost(probe, PROBE_LIMIT_MS + 100, this.#stop.signal);
      if (end === 'limit') throw new Error(`no answer within ${PROBE_LIMIT_MS} ms`);
      report = await probe;
    } catch (error) {
      // Boundary: a look that fails is a finding about the server.
      const detail = limit.aborted
        ? `no answer within ${PROBE_LIMIT_MS} ms`
        : error instanceof Error
          ? error.message
          : String(error);
      const code = limit.aborted ? 'E_TIMEOUT' : 'E_UNREACHABLE';
      report = { state: 'down', latencyMs: this.#options.clock.monotonic() - startedAt, detail, code };
    }
    if (!this.#stop.signal.aborted) {
      this.#take(instance, report);
      this.#options.looks.lookEnded(instance.serverId, report);
    }
    return report;
  }

  /** A server that only lacks the configured model is well: the fault is that model's, and ends with a look that finds it. */
  #take({ serverId, entry }: ProviderInstance, report: HealthReport): void {
    if (report.code === MODEL_NOT_FOUND && entry.model !== undefined) {
      this.#set(targetIdOf(serverId, entry.model), report);
      this.#set(serverId, { ...report, state: 'ready', code: undefined });
      return;
    }
    for (const [id, known] of this.#reports) {
      if (known.report.code === MODEL_NOT_FOUND && serverOfTarget(id) === serverId) this.#reports.delete(id);
    }
    this.#set(serverId, report);
  }

  #set(id: string, report: HealthReport): void {
    const { clock, store } = this.#options;
    const now = clock.monotonic();
    const before = this.#reports.get(id);
    this.#reports.set(id, { report, at: now });
    const isChanged = before?.report.state !== report.state;
    if (isChanged || now - (this.#savedAt.get(id) ?? -Infinity) > SAVE_AGAIN_MS) {
      this.#savedAt.set(id, now);
      store.save({ targetId: id, report, at: clock.now() });
    }
    if (!isChanged) return;
    const snapshot = this.status(id);
    for (const listener of this.#listeners) this.#tell(listener, id, snapshot);
  }

  #tell(listener: Listener, id: string, snapshot: HealthSnapshot): void {
    try {
      listener(id, snapshot);
    } catch (error) {
      // Boundary: a listener's fault is not the monitor's.
      this.#options.log.warn('a health listener failed', { reason: String(error) });
    }
  }

  #load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const { clock, store } = this.#options;
    for (const record of store.list()) {
      const ageMs = clock.now() - record.at;
      // A record from the future was written before the clock stepped back, so its age is unknown; a misconfiguration
      // may have been mended between two processes.
      if (ageMs < 0 || record.report.state === 'misconfigured') continue;
      this.#reports.set(record.targetId, { report: record.report, at: clock.monotonic() - ageMs });
    }
  }
}
