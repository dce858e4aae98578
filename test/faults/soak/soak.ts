import { setTimeout as wait } from 'node:timers/promises';
import { DECISION_LOG, LOCAL_PRINCIPAL, MODEL_ROUTER } from '../../../src/index.ts';
import type { RouteDecision } from '../../../src/index.ts';
import type { Host } from '../../../src/host.ts';
import { seeded } from '../../stores/support/kill-harness.ts';
import { LagWatch } from './lag-watch.ts';
import type { MoodyServers } from './moody-servers.ts';
import { takeQuietPoint } from './quiet-point.ts';
import { SoakCaller, type SoakHouse } from './soak-caller.ts';
import { SoakTally } from './soak-tally.ts';
import { SOAK_PROVIDERS, type CallKind, type CallResult, type SoakPlan, type SoakReport } from './soak-plan.ts';

const CALLERS = 6;

/** Between two rests, at most and at least. */
const LONGEST_ROUND_MS = 60_000;
const LEAST_ROUNDS = 10;
const CORRECTED_WITHIN_MS = 1_500;

/** After the last planned look: the look itself, its decision, and a busy machine. */
const RECOVERY_MARGIN_MS = 6_000;
const AFTERWARDS: readonly CallKind[] = [
  'plain',
  'stream',
  'tools',
  'plain',
  'stream',
  'tools',
  'plain',
  'stream',
  'tools',
];

/** Calls under faults for as long as planned, with a rest now and then to measure, then without faults. */
export class Soak {
  readonly #plan: SoakPlan;
  readonly #servers: MoodyServers;
  readonly #house: SoakHouse;
  readonly #callers: readonly SoakCaller[];
  readonly #tally = new SoakTally();
  readonly #begun = performance.now();
  #corrected = 0;

  constructor(plan: SoakPlan, host: Host, servers: MoodyServers) {
    this.#plan = plan;
    this.#servers = servers;
    this.#house = {
      router: host.get(MODEL_ROUTER),
      decisions: host.get(DECISION_LOG),
      lag: new LagWatch(),
      lasting: new AbortController().signal,
    };
    this.#callers = Array.from(
      { length: CALLERS },
      (_, at) => new SoakCaller(this.#house, `caller${at}`, seeded(plan.seed + 100 + at)),
    );
  }

  async run(): Promise<Omit<SoakReport, 'stray'>> {
    const { durationMs, seed } = this.#plan;
    const rounds = Math.max(LEAST_ROUNDS, Math.ceil(durationMs / LONGEST_ROUND_MS));
    for (let round = 1; round <= rounds; round += 1) {
      await this.#round((durationMs * round) / rounds);
      if (round < rounds) await this.#rest();
    }
    await this.#servers.calm();
    const recovery = await this.#recover();
    const afterwards = await this.#afterwards();
    await this.#rest();
    this.#house.lag.stop();
    const { injected } = this.#servers;
    const loopLagMs = this.#house.lag.totalMs;
    return { seed, durationMs, ...this.#tally.report(), injected, loopLagMs, ...recovery, afterwards };
  }

  /** Callers call and servers change until the time; every call is waited for. */
  async #round(untilMs: number): Promise<void> {
    const isOver = (): boolean => performance.now() - this.#begun >= untilMs;
    const take = (result: CallResult): void => this.#tally.add(result);
    const talks = this.#callers.map((caller) => caller.talk(isOver, take));
    await Promise.all([this.#servers.change(isOver), this.#correct(isOver), ...talks]);
  }

  /** Does what only people do: corrects refused keys and empty accounts, which a reset stands for. */
  async #correct(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await wait(CORRECTED_WITHIN_MS);
      this.#resetRefused();
    }
  }

  #resetRefused(): void {
    const { router } = this.#house;
    const refused = router.breakers().filter(({ state }) => state.kind === 'misconfigured');
    for (const { targetId } of refused) router.resetBreakers(targetId);
    this.#corrected += refused.length;
  }

  async #rest(): Promise<void> {
    const at = { atMs: performance.now() - this.#begun, calls: this.#tally.calls, signal: this.#house.lasting };
    this.#tally.quiet.push(await takeQuietPoint(at));
  }

  /**
   * Asks nothing of any model: what rests must come back by itself, by the time its last look is planned for.
   */
  async #recover(): Promise<Pick<SoakReport, 'recoveredMs' | 'limitMs' | 'corrected' | 'stillOut'>> {
    const { router } = this.#house;
    const begun = performance.now();
    this.#resetRefused();
    const waits = router.breakers().map(({ probeInMs = 0, limitedForMs = 0 }) => Math.max(probeInMs, limitedForMs));
    const limitMs = Math.max(0, ...waits) + RECOVERY_MARGIN_MS;
    let stillOut = await this.#out();
    while (stillOut.length > 0 && performance.now() - begun < limitMs) {
      await wait(100);
      stillOut = await this.#out();
    }
    const recoveredMs = stillOut.length === 0 ? performance.now() - begun : undefined;
    return { recoveredMs, limitMs, corrected: this.#corrected, stillOut };
  }

  /** What keeps a decision of this moment from having all targets in their order. */
  async #out(): Promise<string[]> {
    const request = { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL, isPreview: true } as const;
    const decision: RouteDecision = await this.#house.router.decide(request, this.#house.lasting);
    const order = decision.chain.map(({ ref }) => ref.slice(0, ref.indexOf(':')));
    const rejected = decision.rejected
      .filter(({ ref }) => SOAK_PROVIDERS.some((id) => ref.startsWith(`${id}:`)))
      .map(({ targetId, reasons }) => `${targetId}: ${reasons.map(({ text }) => text).join('; ')}`);
    const resting = this.#house.router.breakers().filter(({ state }) => state.kind !== 'closed');
    rejected.push(...resting.map(({ targetId, state }) => `${targetId} is ${state.kind}`));
    const isOrdered = SOAK_PROVIDERS.every((id, at) => order[at] === id);
    return isOrdered ? rejected : [...rejected, `the order is ${order.join()}`];
  }

  async #afterwards(): Promise<Record<string, number>> {
    const outcomes: Record<string, number> = {};
    for (const kind of AFTERWARDS) {
      const result = await this.#callers[0]!.call(kind, true);
      this.#tally.add(result);
      outcomes[result.outcome] = (outcomes[result.outcome] ?? 0) + 1;
    }
    return outcomes;
  }
}
