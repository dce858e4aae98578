import type { SpaceStats } from '../../../contracts/knowledge/knowledge-store.ts';
import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';

/** A model whose vectors may be used for a space, with what it made of the canary texts. */
export interface ServedModel {
  /** The model's own space; another one than the store's where it was accepted for it. */
  readonly space: EmbeddingSpace;
  /** Vectors of the canary texts, joined. */
  readonly canaries: Float32Array;
  /** Milliseconds since 1970. */
  readonly checkedAt: number;
  /** False for the model that filled the space, true for one that was accepted later. */
  readonly isAccepted: boolean;
}

/** A space of a store with the models that serve it. */
export interface HeldSpace {
  readonly space: EmbeddingSpace;
  readonly role: SpaceStats['role'];
  readonly vectors: number;
  /** True for the primary one with any vectors, and for each that holds texts which that lacks. */
  readonly isSearched: boolean;
  readonly served: readonly ServedModel[];
}

/** Calls of spaces and of the models that serve them. */
export interface SpaceCalls {
  /** Every space of the store, the first one first. */
  readonly heldSpaces: { readonly input: null; readonly output: readonly HeldSpace[] };
  /**
   * Records what a model makes of the canary texts. The first of a space is the measure for all that come later; another
   * set of a model that is recorded stands beside it. Makes the space where the store has none of it.
   */
  readonly recordServed: {
    readonly input: {
      readonly space: EmbeddingSpace;
      readonly served: EmbeddingSpace;
      readonly canaries: Float32Array;
      /** Lowest cosine to the first of the space. */
      readonly cosine: number;
      readonly isFallback: boolean;
    };
    readonly output: null;
  };
  /** Notes that a model was compared just now; does nothing while somebody else writes. */
  readonly noteChecked: {
    readonly input: { readonly spaceId: string; readonly servedId: string };
    readonly output: null;
  };
  /**
   * Gives the vectors of a space an identity of their own, for a model that changed behind its name; its regular id is
   * free then. The new record, or null where the space is not there or has no canaries to tell it by.
   */
  readonly relabelChanged: { readonly input: { readonly spaceId: string }; readonly output: EmbeddingSpace | null };
}
