import type { CallOutcome, HealthReport } from '../../../contracts/models/health.ts';
import type { Disposable } from '../../../contracts/plugins/disposable.ts';
import type { Clock } from '../../../contracts/plugins/logger.ts';
import type {
  BreakerCause,
  BreakerEvent,
  BreakerSettings,
  BreakerState,
  BreakerStatus,
  BreakerView,
} from '../../../contracts/routing/breaker.ts';
import type { BreakerStore } from '../../../contracts/routing/routing-state.ts';
import { isProbeDue, moveBreaker, probeInMs } from '../../../resilience/breaker.ts';
import { serverOfTarget } from '../target-id.ts';
import { causeOf, countedFault, isLimit, passedLook } from './breaker-faults.ts';
import { BreakerLooks } from './breaker-looks.ts';
import type { Schedule } from './breaker-looks.ts';
import { BreakerRecords } from './breaker-records.ts';
import { viewOf, worseOf } from './breaker-view.ts';
import { TargetLimits } from './target-limits.ts';

/** What the board needs. */
interface BreakerBoardOptions {
  readonly store: BreakerStore;
  readonly clock: Clock;
  readonly settings: BreakerSettings;
  readonly schedule: Schedule;
  /** 0 to below 1, for jitter. */
  random(): number;
  /** Of the provider that a server belongs to; undefined while there is none. */
  fingerprintOf(serverId: string): string | undefined;
  /** Begins a look at a server, if it may be looked at. */
  look(serverId: string): boolean;
}

/** What of the breakers a candidate is told. */
interface TargetBreaker {
  readonly breaker?: BreakerView;
  readonly limitedForMs?: number;
}

const NOTHING: TargetBreaker = Object.freeze({});

/**
 * The breakers of targets, and of servers for what all their models share. Calls move them by `mark`, looks by
 * `lookStarted` and `lookEnded`; what a call finds out of reach or silent is looked at at once, and again in the
 * background until it is back. Asking costs two look-ups.
 */
export class BreakerBoard implements Disposable {
  readonly #options: BreakerBoardOptions;
  readonly #records: BreakerRecords;
  readonly #limits: TargetLimits;
  readonly #looks: BreakerLooks;
  /** Ids whose fate the running look at a server decides. */
  readonly #probed = new Map<string, readonly string[]>();
  readonly #hastened = new Set<string>();
  /** Servers that a call lost in the middle: the look that follows tells whether they are gone. */
  readonly #suspected = new Set<string>();

  constructor(options: BreakerBoardOptions) {
    this.#options = options;
    this.#records = new BreakerRecords(options);
    this.#limits = new TargetLimits(options.clock);
    this.#looks = new BreakerLooks({
      schedule: options.schedule,
      look: (serverId) => options.look(serverId),
      nextLookInMs: (serverId) => this.#nextLookInMs(serverId),
    });
  }

  /** Takes over what other processes found; to be called once before a decision. */
  refresh(): void {
    this.#records.refresh();
  }

  /** After the clocks have moved apart: limits of the past are over and looks are planned by the new time. */
  forgetTimes(): void {
    this.#limits.clear();
    this.#looks.planAll();
  }

  /** The worse of the target's and its server's, and how long the target limits our calls. */
  of(targetId: string): TargetBreaker {
    if (this.#records.isEmpty && this.#limits.isEmpty) return NOTHING;
    const own = this.#view(targetId);
    const breaker = worseOf(own, this.#view(serverOfTarget(targetId)));
    return { breaker, limitedForMs: this.#limits.remainingMs(targetId) };
  }

  isResting(targetId: string): boolean {
    return this.of(targetId).breaker !== undefined;
  }

  /** Whether a look at this server is due by time, or only with the others since a refused key may be mended. */
  wantsLook(serverId: string): 'now' | 'some-time' | undefined {
    if (this.#records.isEmpty) return undefined;
    const { clock, settings } = this.#options;
    const now = clock.now();
    const due = this.#records.findOf(serverId, (state) => (isProbeDue(state, now, settings) ? 'now' : undefined));
    return due ?? this.#records.findOf(serverId, ({ kind }) => (kind === 'misconfigured' ? 'some-time' : undefined));
  }

  /** Takes in how a call ended. */
  mark(targetId: string, outcome: CallOutcome): void {
    if (outcome.kind === 'cancelled') return;
    this.#records.refresh();
    const serverId = serverOfTarget(targetId);
    if (outcome.kind === 'answered') {
      this.#limits.remove(targetId);
      this.#move(serverId, { kind: 'succeeded' });
      this.#move(targetId, { kind: 'succeeded' });
      return;
    }
    if (isLimit(outcome)) this.#limits.add(targetId, outcome.retryAfterMs);
    const counted = countedFault(outcome);
    if (counted === undefined) return;
    const { code = '' } = outcome;
    const event: BreakerEvent = { kind: 'failed', fault: counted.fault, code, random: this.#options.random() };
    const cause = causeOf(outcome, this.#options.clock.now());
    if (!this.#move(counted.about === 'server' ? serverId : targetId, event, cause)) return;
    if (counted.about === 'target' && counted.wantsLook) this.#suspected.add(serverId);
    // Where looks have passed and calls fail all the same, another look at once would only send the next call into it.
    const isLookedAtNow = counted.about === 'server' ? this.wantsLook(serverId) === 'now' : counted.wantsLook;
    if (isLookedAtNow) this.#looks.begin(serverId);
    else this.#looks.watch(serverId);
  }

  canHasten(serverId: string): boolean {
    return this.#records.findOf(serverId, ({ kind }) => kind === 'open' || undefined) === true;
  }

  /** Nobody else can answer: the next look also decides about targets whose rest is not over. */
  hasten(serverId: string): void {
    this.#hastened.add(serverId);
  }

  lookStarted(serverId: string): void {
    if (this.#records.isEmpty) return;
    const { clock, settings } = this.#options;
    const ids = this.#records.idsOf(serverId).filter((id) => {
      const state = this.#records.stateOf(id);
      const isAsked = id === serverId || isProbeDue(state, clock.now(), settings) || this.#isHastened(id, state);
      return isAsked && this.#move(id, { kind: 'probe-started' });
    });
    this.#probed.set(serverId, ids);
  }

  lookEnded(serverId: string, report: HealthReport): void {
    const probed = new Set(this.#probed.get(serverId));
    this.#probed.delete(serverId);
    const hasPassed = report.state !== 'down';
    for (const id of this.#records.idsOf(serverId)) {
      const state = this.#records.stateOf(id);
      const isDecided = probed.has(id) || state.kind === 'misconfigured' || (hasPassed && this.#isHastened(id, state));
      if (isDecided) this.#move(id, hasPassed ? passedLook(report, state) : this.#failedLook());
    }
    this.#hastened.delete(serverId);
    if (this.#suspected.delete(serverId) && report.code === 'E_UNREACHABLE') this.#lose(serverId, report.detail);
    this.#looks.plan(serverId, report.state === 'loading');
  }

  /** Those of configured servers that are not closed, count failures or limit our calls. */
  list(): readonly BreakerStatus[] {
    return this.#all().filter(({ targetId }) => this.#options.fingerprintOf(serverOfTarget(targetId)) !== undefined);
  }

  /** Closes those of a target and its server, of a server and its targets, or all; how many had something to forget. */
  reset(targetOrServerId?: string): number {
    const concerned = this.#all().filter(
      ({ targetId }) =>
        targetOrServerId === undefined ||
        targetId === targetOrServerId ||
        serverOfTarget(targetId) === targetOrServerId ||
        targetId === serverOfTarget(targetOrServerId),
    );
    for (const { targetId } of concerned) {
      this.#limits.remove(targetId);
      this.#move(targetId, { kind: 'reset' });
    }
    this.#looks.planAll();
    return concerned.length;
  }

  dispose(): void {
    this.#looks.dispose();
  }

  #all(): readonly BreakerStatus[] {
    this.refresh();
    const { clock, settings } = this.#options;
    const ids = new Set([...this.#records.ids(), ...this.#limits.ids()]);
    return [...ids].map((targetId) => {
      const state = this.#records.stateOf(targetId);
      return {
        targetId,
        state,
        probeInMs: probeInMs(state, clock.now(), settings),
        cause: this.#records.causeOf(targetId),
        limitedForMs: this.#limits.remainingMs(targetId),
      };
    });
  }

  #view(id: string): BreakerView | undefined {
    const state = this.#records.stateOf(id);
    const { clock, settings } = this.#options;
    return state.kind === 'closed'
      ? undefined
      : viewOf(state, { now: clock.now(), settings, cause: this.#records.causeOf(id) });
  }

  /** True when it changed. */
  #move(id: string, event: BreakerEvent, cause?: BreakerCause): boolean {
    const { clock, settings } = this.#options;
    const before = this.#records.stateOf(id);
    const after = moveBreaker(before, event, { now: clock.now(), settings });
    if (after === before) return false;
    this.#records.set(id, after, cause);
    return true;
  }

  /** The look after a lost call found nobody there: what one model met, its server's others would meet as well. */
  #lose(serverId: string, message: string): void {
    const code = 'E_UNREACHABLE';
    const event: BreakerEvent = { kind: 'failed', fault: 'connection', code, random: this.#options.random() };
    this.#move(serverId, event, causeOf({ kind: 'failed', totalMs: 0, code, message }, this.#options.clock.now()));
  }

  #failedLook(): BreakerEvent {
    return { kind: 'probe-failed', random: this.#options.random() };
  }

  #isHastened(id: string, state: BreakerState): boolean {
    return state.kind === 'open' && this.#hastened.has(serverOfTarget(id));
  }

  #nextLookInMs(serverId: string): number | undefined {
    const { clock, settings } = this.#options;
    const now = clock.now();
    const waits = this.#records
      .idsOf(serverId)
      .map((id) => probeInMs(this.#records.stateOf(id), now, settings))
      .filter((each) => each !== undefined);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }
}
