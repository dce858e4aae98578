import {
  isWoosterError,
  serverOfTarget,
  type AttemptRecord,
  type LoadedModel,
  type ProviderInstance,
  type RouteDecision,
} from 'wooster';
import type { PresetDescriptor } from '../providers/server/preset.ts';
import { coldUses } from './cold-uses.ts';
import { findEvictions, WINDOW_MS, type EvictionPair, type ModelUse } from './find-evictions.ts';
import { isSameModel, placeOf, type KeeperPorts } from './keeper-ports.ts';

/** Two models of one server that put each other out of memory, and what to do about it. */
export interface EvictionReport {
  readonly provider: string;
  readonly serverId: string;
  readonly address?: string;
  /** Model ids. */
  readonly models: readonly [string, string];
  /** Full swaps within ten minutes. */
  readonly swaps: number;
  readonly remedy: string;
  /** All of it in one line. */
  readonly text: string;
}

/** A look at what is in memory is worth no more than that. */
const LOOK_LIMIT_MS = 1_500;

/** Traces that are read: more than that in ten minutes are no conversation. */
const TRACES_READ = 200;

const ANY_REMEDY = 'give both room in memory, or use one of them on another server';

/**
 * Notices two models of one server that are used in turn and put each other out of memory. Of the calls of this process
 * it looks at what is loaded when they begin; of other processes' calls it reads the log of attempts, and believes a
 * slow first token only while the two are not in memory together.
 */
export class EvictionWatch {
  readonly #ports: KeeperPorts;
  /** By decision: which model was wanted, and whether it was gone while another of its server was there. */
  readonly #sightings = new Map<string, ModelUse>();
  /** The model that this process used last, by server. */
  readonly #lastUsed = new Map<string, string>();
  readonly #warned = new Set<string>();
  #reports: readonly EvictionReport[] = [];

  constructor(ports: KeeperPorts) {
    this.#ports = ports;
  }

  /** What was found by the last check. */
  evictions(): readonly EvictionReport[] {
    return this.#reports;
  }

  /** Looks at what is in memory as a call begins that wants another model than the last one; never throws. */
  async onDecision(decision: RouteDecision, signal: AbortSignal): Promise<void> {
    const [first] = decision.chain;
    if (first === undefined || first.locality !== 'local') return;
    const { targetId } = first;
    const before = this.#lastUsed.get(serverOfTarget(targetId));
    this.#lastUsed.set(serverOfTarget(targetId), targetId);
    const place = placeOf(this.#ports.router().providers(), targetId);
    if (place === undefined || before === undefined || before === targetId) return;
    const loaded = await this.#loaded(place.instance, signal);
    if (loaded === undefined) return;
    const isThere = loaded.some(({ modelId }) => isSameModel(modelId, place.modelId));
    const wasAbsent = !isThere && loaded.length > 0;
    this.#sightings.set(decision.id, { targetId, at: decision.decidedAt, wasAbsent });
    if (wasAbsent) await this.check(signal);
  }

  /** Reads the log anew; a pair that is found for the first time is written to the log file once. */
  async check(signal: AbortSignal): Promise<readonly EvictionReport[]> {
    const now = this.#ports.clock.now();
    const attempts = this.#attempts(now);
    const seen = this.#pairsOf(attempts, now, false);
    const guessed = this.#pairsOf(attempts, now, true).filter((pair) => !seen.some((each) => isSamePair(each, pair)));
    const pairs = [...seen];
    for (const pair of guessed) if (await this.#isApartNow(pair, attempts, signal)) pairs.push(pair);
    this.#reports = pairs.map((pair) => this.#report(pair)).filter((report) => report !== undefined);
    for (const report of this.#reports) this.#warn(report);
    return this.#reports;
  }

  #attempts(now: number): readonly AttemptRecord[] {
    const traces = this.#ports.decisions().list({ limit: TRACES_READ });
    const recent = traces.filter(({ decision }) => decision.decidedAt > now - WINDOW_MS);
    for (const [id, { at }] of this.#sightings) if (at <= now - WINDOW_MS) this.#sightings.delete(id);
    return recent
      .flatMap(({ attempts }) => attempts)
      .filter(({ outcome }) => outcome !== 'failed' && outcome !== 'cancelled')
      .toSorted((left, right) => left.startedAt - right.startedAt);
  }

  /** With guesses, a use that this process did not see counts as one that had to load when its first token was slow. */
  #pairsOf(attempts: readonly AttemptRecord[], now: number, hasGuesses: boolean): readonly EvictionPair[] {
    const slow = hasGuesses ? coldUses(attempts, this.#ports.measurements().list()) : new Set<string>();
    const uses = attempts.map(({ id, decisionId, targetId, startedAt }) => ({
      targetId,
      at: startedAt,
      wasAbsent: this.#seen(decisionId, targetId) ?? slow.has(id),
    }));
    const begun = new Set(attempts.map(({ decisionId }) => decisionId));
    // The call that is about to be made has no attempt yet.
    const pending = [...this.#sightings].flatMap(([id, use]) => (begun.has(id) ? [] : [use]));
    return findEvictions([...uses, ...pending], now);
  }

  #seen(decisionId: string, targetId: string): boolean | undefined {
    const sighting = this.#sightings.get(decisionId);
    return sighting?.targetId === targetId ? sighting.wasAbsent : undefined;
  }

  /** The one that was not used last is gone, although no server lets a model go so soon by itself. */
  async #isApartNow(pair: EvictionPair, attempts: readonly AttemptRecord[], signal: AbortSignal): Promise<boolean> {
    const used = attempts.filter(({ targetId }) => pair.targets.includes(targetId));
    const last = used.at(-1);
    const other = used.findLast(({ targetId }) => targetId !== last?.targetId);
    const [here, gone] = [last, other].map((use) => use && placeOf(this.#ports.router().providers(), use.targetId));
    if (other === undefined || here === undefined || gone === undefined) return false;
    if (this.#ports.clock.now() - other.startedAt > SHORTEST_KEEP_MS) return false;
    const loaded = await this.#loaded(here.instance, signal);
    return loaded !== undefined && !loaded.some(({ modelId }) => isSameModel(modelId, gone.modelId));
  }

  async #loaded(instance: ProviderInstance, signal: AbortSignal): Promise<readonly LoadedModel[] | undefined> {
    try {
      const look = AbortSignal.any([signal, AbortSignal.timeout(LOOK_LIMIT_MS)]);
      return await instance.provider.lifecycle?.loaded?.(look);
    } catch (error) {
      // Not knowing what is in memory is no fault of the call that goes on meanwhile.
      if (!isWoosterError(error))
        this.#ports.log.debug('looking at the models in memory failed', { error: String(error) });
      return undefined;
    }
  }

  #report({ serverId, targets, swaps }: EvictionPair): EvictionReport | undefined {
    const places = targets.map((targetId) => placeOf(this.#ports.router().providers(), targetId));
    const [left, right] = places;
    if (left === undefined || right === undefined) return undefined;
    const { entry, descriptor, provider } = left.instance;
    const remedy = (descriptor as Partial<PresetDescriptor>).preset?.lifecycle?.evictionRemedy ?? ANY_REMEDY;
    const { address } = provider;
    const models = [left.modelId, right.modelId] as const;
    const where = address === undefined ? entry.id : `${entry.id} at ${address}`;
    const text = `${where}: ${models.join(' and ')} put each other out of memory (${swaps} times there and back in ten minutes), so that each call waits for its model to load; ${remedy}`;
    return { provider: entry.id, serverId, ...(address !== undefined && { address }), models, swaps, remedy, text };
  }

  #warn({ serverId, models, text }: EvictionReport): void {
    const key = [serverId, ...models].join('\n');
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#ports.log.warn(text);
  }
}

/** Ollama keeps a model for five minutes, LM Studio for an hour. */
const SHORTEST_KEEP_MS = 4 * 60_000;

function isSamePair(left: EvictionPair, right: EvictionPair): boolean {
  return (
    left.targets.every((target, index) => target === right.targets[index]) &&
    serverOfTarget(left.targets[0]) === right.serverId
  );
}
