import { StoreError } from '../contracts/errors/resource-errors.ts';
import type { EmbeddingPurpose, EmbeddingSpace } from '../contracts/models/embedding-model.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { RouteStep } from '../contracts/routing/decision.ts';
import type { SpaceRecord, SpaceStore } from '../contracts/routing/routing-state.ts';
import { identityOf } from '../kernel/spaces/space-identity.ts';
import type { PurposeRequests } from './purpose-requests.ts';
import { spaceOf } from './space.ts';

function doesMake({ embedder }: RouteStep, space: EmbeddingSpace): boolean {
  return embedder !== undefined && spaceOf(embedder, space.dimensions).spaceId === space.spaceId;
}

/** Which spaces the workspace has used, and for what. */
export class SpaceBook {
  readonly #store: SpaceStore;
  readonly #clock: Clock;
  readonly #recorded = new Set<string>();

  constructor(store: SpaceStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Writes that a purpose uses a space, once a process; StoreError as `requireSame`. */
  record(space: EmbeddingSpace, purpose: EmbeddingPurpose): void {
    const key = `${purpose} ${space.spaceId}`;
    if (this.#recorded.has(key)) return;
    this.requireSame(space);
    this.#store.record({ space, purpose, usedAt: this.#clock.now() });
    this.#recorded.add(key);
  }

  /** StoreError when the id is known with another identity. */
  requireSame(space: EmbeddingSpace): void {
    const known = this.#store.list().find((each) => each.space.spaceId === space.spaceId)?.space;
    if (known !== undefined && identityOf(known) !== identityOf(space)) {
      const message =
        `space ${space.spaceId} is recorded as ${known.weights} with ${known.dimensions} numbers, ` +
        `but ${space.name} makes ${space.weights} with ${space.dimensions}; state.db was changed by hand or is damaged`;
      throw new StoreError('E_STORE_MISMATCH', message, { location: 'state.db' });
    }
  }

  /**
   * The target a purpose is to use. Several servers may have the wanted model in spaces of their own (another build, a
   * digest that only one tells); what was used last is kept as long as it is served, so that a faster server does not
   * make the store be embedded anew. A server configured for the purpose comes before that.
   */
  choose(requests: PurposeRequests, chain: readonly RouteStep[]): RouteStep | undefined {
    const own = requests.ownProviders();
    const configured = chain.find(({ ref }) => own.has(ref.slice(0, ref.indexOf(':'))));
    if (configured !== undefined) return configured;
    if (chain.length < 2) return chain[0];
    for (const { space } of this.#used(requests)) {
      const step = chain.find((each) => doesMake(each, space));
      if (step !== undefined) return step;
    }
    return chain[0];
  }

  /**
   * False when what the purpose is configured with, or used last, is not among the targets: a slow server may be it. False
   * also where a target is known by its name alone.
   */
  isAsExpected(requests: PurposeRequests, chain: readonly RouteStep[]): boolean {
    if (chain.some((step) => requests.isOnlyNamed(step))) return false;
    const own = requests.ownProviders();
    if (own.size > 0) return chain.some(({ ref }) => own.has(ref.slice(0, ref.indexOf(':'))));
    const [last] = this.#used(requests);
    return last === undefined || chain.some((step) => doesMake(step, last.space));
  }

  #used(requests: PurposeRequests): readonly SpaceRecord[] {
    return this.#store.list().filter(({ purpose }) => purpose === requests.purpose);
  }
}
