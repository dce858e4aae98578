import type { EmbeddingSpace } from '../../../contracts/models/embedding-model.ts';

/** Texts that have no vector in the store's own space. */
export interface HomelessTexts {
  readonly ids: readonly number[];
  readonly hashes: readonly string[];
  readonly texts: readonly string[];
}

/** Calls that bring vectors home. Only texts of passages that are searched count. */
export interface ReconcileCalls {
  /** What is not at home, counted. */
  readonly homelessCounts: {
    readonly input: null;
    readonly output: {
      /** Texts that only spaces of stand-ins hold. */
      readonly fromFallback: number;
      /** Texts that no searched space holds. */
      readonly withoutVector: number;
      /** Spaces of stand-ins. */
      readonly standIns: number;
    };
  };
  /** Texts that are not at home, after a text, some at a time. */
  readonly homeless: {
    readonly input: { readonly after: number; readonly limit: number };
    readonly output: HomelessTexts;
  };
  /**
   * Stores vectors of texts, by their hashes, in the store's own space, and drops what stand-ins hold of these texts, in
   * one transaction. A space of a store that has none becomes its own; a text that vanished meanwhile is left out.
   */
  readonly bringHome: {
    readonly input: {
      readonly space: EmbeddingSpace;
      readonly hashes: readonly string[];
      readonly vectors: Float32Array;
    };
    readonly output: null;
  };
  /** Drops vectors of stand-ins that nothing needs, and those of their spaces that are empty, with their indexes. */
  readonly dropStandIns: { readonly input: null; readonly output: readonly EmbeddingSpace[] };
}
