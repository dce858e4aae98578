import { BusyError, ProviderTimeoutError, RateLimitedError } from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { HealthSnapshot } from '../../contracts/models/health.ts';
import type { RouteDecision, RouteStep } from '../../contracts/routing/decision.ts';
import type { RoutingSettings } from '../../contracts/settings/settings.ts';
import { nextMove } from '../../resilience/after-failure.ts';
import type { TargetBalance } from '../balance/target-balance.ts';
import { serverOfTarget } from '../targets/target-id.ts';
import { neededWindow } from './needed-window.ts';

/** Longest wait for a server that limits or queues, when no other may answer. */
const LIMITED_WAIT_CAP_MS = 30_000;

/** What the way through a chain depends on besides the chain. */
export interface ItineraryPorts {
  readonly routing: { readonly failover: Pick<RoutingSettings['failover'], 'maxRetries'> };
  /** 0 to below 1, for jitter. */
  readonly random: () => number;
  /** A target that began to rest since the decision was made; it is passed over while another link may serve. */
  isResting?(targetId: string): boolean;
  /** What is known of a target now: only for one that is well is another left at once. Without it all pass for well. */
  stateOf?(targetId: string): HealthSnapshot['state'];
}

/** An attempt that failed. */
interface Failure {
  readonly error: WoosterError;
  readonly hasShown: boolean;
  /** Load and total limits of the attempt. */
  readonly limits: { readonly loadMs: number; readonly totalMs: number };
  /** Longest answer that the caller asked for. */
  readonly maxTokens: number | undefined;
  /** On the monotonic clock. */
  readonly now: number;
}

/** The next attempt, and the wait before it. */
interface Leg {
  readonly index: number;
  readonly afterMs: number;
}

/** What became of a link that was tried. */
interface Visit {
  retries: number;
  /** Questions whether the model is loaded by now; they are no retries. */
  polls: number;
  /** When it first asked to be waited for. */
  waitedSince?: number;
  /** Left for another although it asked to be waited for: when it may be asked again, and until when at the latest. */
  openAgain?: { readonly from: number; readonly until: number; readonly isLoading: boolean };
}

/** Errors that the other models of the same server would meet as well. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  'E_UNREACHABLE',
  'E_PROVIDER_AUTH',
  'E_PROVIDER_CREDIT',
  'E_DEPENDENCY',
]);

/**
 * The way of one execution through the chain of its decision. Each link is visited once, in order, but that among
 * endpoints of one model the balance chooses, and the others come before another model; what failures teach
 * (a dead server, a window that is too small) keeps later links out, or behind others (a silent server); where all have failed, one that had asked to be
 * waited for, and was left for another, is returned to. The number of attempts is bounded by links and retries, but for
 * questions to a loading model, which the load limit bounds.
 */
export class Itinerary {
  readonly #decision: RouteDecision;
  readonly #ports: ItineraryPorts;
  readonly #balance: Pick<TargetBalance, 'pick' | 'isOpen'>;
  readonly #visits = new Map<number, Visit>();
  readonly #deadServers = new Set<string>();
  /** Let a limit pass in silence; their other models are asked when nobody else is left. */
  readonly #silentServers = new Set<string>();
  #neededTokens = 0;

  constructor(decision: RouteDecision, ports: ItineraryPorts, balance: Pick<TargetBalance, 'pick' | 'isOpen'>) {
    this.#decision = decision;
    this.#ports = ports;
    this.#balance = balance;
  }

  /** The first link that does not rest, else the first; undefined for an empty chain. */
  first(): number | undefined {
    return this.#enter(this.#firstAwake(this.#unvisited()));
  }

  /** False when no other link could take over from the one being tried. */
  get hasOthers(): boolean {
    return this.#unvisited().length > 0;
  }

  /** Tokens of window that an overflow has shown to be needed; 0 before one. */
  get neededTokens(): number {
    return this.#neededTokens;
  }

  /** The next link after one that was not let in; undefined where none is left. */
  passOver(): number | undefined {
    return this.#enter(this.#firstAwake(this.#unvisited()));
  }

  /** Where to go after a failure; undefined where nothing more may be tried. */
  after(index: number, failure: Failure): Leg | undefined {
    const { error, hasShown, now } = failure;
    const step = this.#decision.chain[index];
    const visit = this.#visits.get(index);
    if (step === undefined || visit === undefined) return undefined;
    this.#learn(step, failure);
    const open = this.#unvisited();
    const alternatives = open.filter((each) => this.#isAlternative(each, step, error));
    const isLoading = error.code === 'E_LOADING';
    const waitCapMs = waitCapOf(failure);
    if (error.row.sameTargetAgain === 'wait') visit.waitedSince ??= now;
    const retryAfterMs = retryAfterOf(error);
    const move = nextMove({
      row: error.row,
      hasShown,
      retries: isLoading ? visit.polls : visit.retries,
      maxRetries: this.#ports.routing.failover.maxRetries,
      hasAlternative: alternatives.length > 0,
      hasLaterLink: open.length > 0,
      retryAfterMs,
      waitedMs: now - (visit.waitedSince ?? now),
      waitCapMs,
      random: this.#ports.random(),
    });
    if (move.kind === 'again') {
      count(visit, isLoading);
      return { index, afterMs: move.afterMs };
    }
    if (move.kind === 'stop') return hasShown || error.row.mayFallBack === 'never' ? undefined : this.#goBack(now);
    const mayBeAskedAgain = isLoading || visit.retries < this.#ports.routing.failover.maxRetries;
    if (visit.waitedSince !== undefined && alternatives.length > 0 && mayBeAskedAgain) {
      visit.openAgain = { from: now + (retryAfterMs ?? 0), until: visit.waitedSince + waitCapMs, isLoading };
    }
    const nearest = this.#siblingAmong(alternatives, step) ?? (isLoading ? alternatives[0] : undefined);
    const next = this.#enter(nearest ?? this.#firstAwake(open));
    return next === undefined ? undefined : { index: next, afterMs: 0 };
  }

  /** The link that may be asked again soonest, of those that were left while they asked to be waited for. */
  #goBack(now: number): Leg | undefined {
    let best: Leg | undefined;
    for (const [index, { openAgain }] of this.#visits) {
      const step = this.#decision.chain[index];
      if (openAgain === undefined || step === undefined || !this.#isAllowed(step)) continue;
      const afterMs = Math.max(0, openAgain.from - now);
      if (now + afterMs > openAgain.until) continue;
      if (best === undefined || afterMs < best.afterMs) best = { index, afterMs };
    }
    const visit = best === undefined ? undefined : this.#visits.get(best.index);
    if (visit?.openAgain === undefined) return undefined;
    count(visit, visit.openAgain.isLoading);
    visit.openAgain = undefined;
    return best;
  }

  #learn(step: RouteStep, { error, maxTokens }: Failure): void {
    if (doesSpeakForServer(error)) this.#deadServers.add(serverOfTarget(step.targetId));
    if (error.code === 'E_TIMEOUT') this.#silentServers.add(serverOfTarget(step.targetId));
    if (error.row.mayFallBack !== 'larger-context') return;
    const needed = neededWindow({ error, step, decision: this.#decision, maxTokens });
    this.#neededTokens = Math.max(this.#neededTokens, needed);
  }

  /** A window that is not known is not larger. */
  #isAllowed(step: RouteStep): boolean {
    const isLarge = this.#neededTokens === 0 || (step.contextTokens ?? 0) >= this.#neededTokens;
    return isLarge && !this.#deadServers.has(serverOfTarget(step.targetId));
  }

  /** A loading model is left only for a ready one of its own locality; every other failure for any that is well. */
  #isAlternative(index: number, failed: RouteStep, error: WoosterError): boolean {
    const step = this.#decision.chain[index];
    if (step === undefined || this.#isResting(index)) return false;
    const state = this.#ports.stateOf?.(step.targetId) ?? 'unknown';
    if (state !== 'ready' && state !== 'unknown') return false;
    return error.code !== 'E_LOADING' || step.locality === failed.locality;
  }

  #unvisited(): readonly number[] {
    return this.#decision.chain.flatMap((step, index) =>
      this.#visits.has(index) || !this.#isAllowed(step) ? [] : [index],
    );
  }

  /** The first that does not rest, of a server that has not been silent while there is one. */
  #firstAwake(indexes: readonly number[]): number | undefined {
    const awake = indexes.filter((index) => !this.#isResting(index));
    const heard = awake.find((index) => !this.#isSilent(index));
    return heard ?? awake[0] ?? indexes[0];
  }

  #isSilent(index: number): boolean {
    return this.#silentServers.has(serverOfTarget(this.#decision.chain[index]?.targetId ?? ''));
  }

  #isResting(index: number): boolean {
    const step = this.#decision.chain[index];
    return step !== undefined && this.#ports.isResting?.(step.targetId) === true;
  }

  /** Another endpoint of the same model that would take the call. */
  #siblingAmong(indexes: readonly number[], { ref }: RouteStep): number | undefined {
    const { chain, request } = this.#decision;
    return indexes.find((index) => {
      const step = chain[index];
      return step?.ref === ref && !this.#isSilent(index) && this.#balance.isOpen(step, request);
    });
  }

  #enter(first: number | undefined): number | undefined {
    const index = first === undefined ? undefined : this.#shareOut(first);
    if (index !== undefined) this.#visits.set(index, { retries: 0, polls: 0 });
    return index;
  }

  /** Of the endpoints of a link's model the one that gets the call; the link itself where it has no other. */
  #shareOut(first: number): number {
    const { chain, request } = this.#decision;
    const ref = chain[first]?.ref;
    if (!chain.some((step, index) => index !== first && step.ref === ref)) return first;
    const others = this.#unvisited().filter((index) => index !== first && chain[index]?.ref === ref);
    const group = [first, ...others.filter((index) => !this.#isResting(index) && !this.#isSilent(index))];
    const links = group.flatMap((index) => chain[index] ?? []);
    return group[this.#balance.pick(links, request)] ?? first;
  }
}

function count(visit: Visit, isLoading: boolean): void {
  if (isLoading) visit.polls += 1;
  else visit.retries += 1;
}

function doesSpeakForServer(error: WoosterError): boolean {
  return OF_THE_SERVER.has(error.code) || (error instanceof ProviderTimeoutError && error.phase === 'connect');
}

function waitCapOf({ error, limits }: Failure): number {
  return error.code === 'E_LOADING' ? limits.loadMs : Math.min(LIMITED_WAIT_CAP_MS, limits.totalMs);
}

/** What the server asked us to wait, when it did. */
export function retryAfterOf(error: WoosterError): number | undefined {
  return error instanceof RateLimitedError || error instanceof BusyError ? error.retryAfterMs : undefined;
}
