import { StoreError } from '../contracts/errors/resource-errors.ts';
import type { EmbeddingPurpose, EmbeddingSpace } from '../contracts/models/embedding-model.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { RouteStep } from '../contracts/routing/decision.ts';
import type { SpaceStore } from '../contracts/routing/routing-state.ts';
import type { PurposeRequests } from './purpose-requests.ts';
import { spaceOf } from './space.ts';

/** The identity as one text; the name is for people and no part of it. */
function identityOf(space: EmbeddingSpace): string {
  const { weights, dimensions, pooling, isNormalized, queryPrefix, documentPrefix, quantization } = space;
  return JSON.stringify([weights, dimensions, pooling, isNormalized, queryPrefix, documentPrefix, quantization]);
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

  /** Once a process; StoreError when the id is known with another identity. */
  record(space: EmbeddingSpace, purpose: EmbeddingPurpose): void {
    const key = `${purpose} ${space.spaceId}`;
    if (this.#recorded.has(key)) return;
    const known = this.#store.list().find((each) => each.space.spaceId === space.spaceId)?.space;
    if (known !== undefined && identityOf(known) !== identityOf(space)) {
      const message =
        `space ${space.spaceId} is recorded as ${known.weights} with ${known.dimensions} numbers, ` +
        `but ${space.name} makes ${space.weights} with ${space.dimensions}; state.db was changed by hand or is damaged`;
      throw new StoreError('E_STORE_MISMATCH', message, { location: 'state.db' });
    }
    this.#store.record({ space, purpose, usedAt: this.#clock.now() });
    this.#recorded.add(key);
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
    const used = this.#store.list().filter(({ purpose }) => purpose === requests.purpose);
    for (const { space } of used) {
      const step = chain.find(
        ({ embedder }) => embedder !== undefined && spaceOf(embedder, space.dimensions).spaceId === space.spaceId,
      );
      if (step !== undefined) return step;
    }
    return chain[0];
  }
}
