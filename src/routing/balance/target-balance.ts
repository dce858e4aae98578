import type { HealthSnapshot } from '../../contracts/models/health.ts';
import type { ModelRef } from '../../contracts/models/model-ref.ts';
import type { ProviderInstance } from '../../contracts/models/provider.ts';
import type { Clock } from '../../contracts/plugins/logger.ts';
import type { RouteStep } from '../../contracts/routing/decision.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import { WeightedTurn } from '../../resilience/weighted-turn.ts';
import { SHARE_OUT } from './share-out.ts';
import type { Sharer } from './share-out.ts';
import { TargetLane } from './target-lane.ts';
import type { LanePass } from './target-lane.ts';

/** What the balance asks of the router. */
export interface BalancePorts {
  readonly clock: Clock;
  /** 0 to below 1. */
  readonly random: () => number;
  findTarget(targetId: string): ProviderInstance | undefined;
  /** Without it all pass for well. */
  stateOf?(targetId: string): HealthSnapshot['state'];
  /** Milliseconds for which a server asked to be left alone; undefined where it did not. */
  limitedForMs?(targetId: string): number | undefined;
  /** Median time to the first token; undefined before one was measured. */
  firstTokenMsOf?(targetId: string): number | undefined;
  /** Where the turn, then the conversation of a request was answered last. */
  keptTargets?(request: RouteRequest): readonly (string | undefined)[];
}

/** How willingly an endpoint is chosen, best first; within one place of the list they share out. */
const PLACES = ['free', 'queue', 'none', 'limited', 'not-ready', 'unwell'] as const;

/** Chosen although it must be waited for, where the cache of prompts is there. */
const KEPT_UP_TO = PLACES.indexOf('queue');

/** An endpoint as it is now. */
interface Look extends Sharer {
  readonly place: number;
}

/**
 * Shares calls out among the endpoints of one model, below the decision: each of them passed its filters. Endpoints that
 * are unwell, limit our calls or have no slot left are passed over while another is better off. Also counts the calls of
 * each endpoint, and keeps the queue before its slots.
 */
export class TargetBalance {
  readonly #ports: BalancePorts;
  /** By instance, so that a provider that is made anew starts anew. */
  readonly #lanes = new WeakMap<ProviderInstance, TargetLane>();
  readonly #turns = new Map<ModelRef, WeightedTurn>();

  constructor(ports: BalancePorts) {
    this.#ports = ports;
  }

  /** Counts a call to an endpoint; undefined where nobody needs the count: one endpoint without a number of slots. */
  join(instance: ProviderInstance | undefined): LanePass | undefined {
    if (instance === undefined) return undefined;
    const { slots, targets } = instance.entry;
    if (slots === undefined && targets === undefined) return undefined;
    let lane = this.#lanes.get(instance);
    if (lane === undefined) {
      lane = new TargetLane({ entry: instance.entry, clock: this.#ports.clock });
      this.#lanes.set(instance, lane);
    }
    return lane.join();
  }

  /** Whether a call sent there now would be taken, if only after a wait in the queue. */
  isOpen(step: RouteStep, request: RouteRequest): boolean {
    return this.#look(step, request).place <= KEPT_UP_TO;
  }

  /** Which of several links of one model gets the call, as a place in the list, which is not empty. */
  pick(links: readonly RouteStep[], request: RouteRequest): number {
    const looks = links.map((link) => this.#look(link, request));
    const kept = this.#placeOfKept(looks, request);
    if (kept !== undefined) return kept;
    const best = Math.min(...looks.map(({ place }) => place));
    const equals = looks.filter(({ place }) => place === best);
    const [first] = links;
    if (first === undefined || equals.length < 2) return looks.findIndex(({ place }) => place === best);
    const { balance = 'round-robin' } = this.#ports.findTarget(first.targetId)?.entry ?? {};
    const chosen = equals[SHARE_OUT[balance](equals, this.#turnOf(first.ref))];
    return chosen === undefined ? 0 : looks.indexOf(chosen);
  }

  #placeOfKept(looks: readonly Look[], request: RouteRequest): number | undefined {
    for (const targetId of this.#ports.keptTargets?.(request) ?? []) {
      const at = looks.findIndex((look) => look.targetId === targetId && look.place <= KEPT_UP_TO);
      if (at !== -1) return at;
    }
    return undefined;
  }

  #turnOf(ref: ModelRef): WeightedTurn {
    const turn = this.#turns.get(ref) ?? new WeightedTurn(this.#ports.random());
    this.#turns.set(ref, turn);
    return turn;
  }

  #look({ targetId }: RouteStep, request: RouteRequest): Look {
    const instance = this.#ports.findTarget(targetId);
    const lane = instance && this.#lanes.get(instance);
    const place = PLACES.indexOf(this.#stateOf(targetId, request) ?? lane?.room ?? 'free');
    const firstTokenMs = this.#ports.firstTokenMsOf?.(targetId);
    return { targetId, place, weight: weightOf(instance), load: lane?.load ?? 0, firstTokenMs };
  }

  /** What speaks against an endpoint besides its slots. */
  #stateOf(targetId: string, { avoidedTargets }: RouteRequest): 'limited' | 'not-ready' | 'unwell' | undefined {
    const state = this.#ports.stateOf?.(targetId) ?? 'ready';
    if (avoidedTargets?.includes(targetId) === true || state === 'down' || state === 'misconfigured') return 'unwell';
    if (state === 'loading' || state === 'busy') return 'not-ready';
    return this.#ports.limitedForMs?.(targetId) === undefined ? undefined : 'limited';
  }
}

function weightOf(instance: ProviderInstance | undefined): number {
  const { targets, baseUrl } = instance?.entry ?? {};
  return targets?.find((target) => target.baseUrl === baseUrl)?.weight ?? 1;
}

const BALANCES = new WeakMap<BalancePorts, TargetBalance>();

/** The balance of a router, made with its first call: what only looks at servers does not load it. */
export function balanceOf(ports: BalancePorts): TargetBalance {
  const balance = BALANCES.get(ports) ?? new TargetBalance(ports);
  BALANCES.set(ports, balance);
  return balance;
}
