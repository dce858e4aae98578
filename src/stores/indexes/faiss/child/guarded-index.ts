import { closeSync, openSync } from 'node:fs';
import type { IndexFlatIP } from 'faiss-node';

/** Vectors of one call of faiss-node, which takes them as an array of numbers and copies each. */
const VECTORS_A_CALL = 512;

/** The class of faiss-node that is used; 0.5.1 has no other for inner products. */
export interface FlatIndexClass {
  new (dimensions: number): IndexFlatIP;
  read(path: string): IndexFlatIP;
}

/** A call that would have ended the process; nothing was changed. */
class RefusedByGuard extends Error {}

/**
 * A flat index whose every call is checked first: faiss-node 0.5.1 ends the process on a search of an empty index, a
 * write to a bad path, vectors of another length and other ordinary mistakes.
 */
export class GuardedIndex {
  readonly #flat: FlatIndexClass;
  #index: IndexFlatIP | undefined;

  constructor(flat: FlatIndexClass) {
    this.#flat = flat;
  }

  /** Vectors it holds. */
  get count(): number {
    return this.#index?.ntotal() ?? 0;
  }

  /** Dimensions of its vectors; 0 before the first came. */
  get dimensions(): number {
    return this.#index?.getDimension() ?? 0;
  }

  /** Takes over a file whose header and length were checked before, in place of what there is or behind it. */
  take(path: string, isAppended: boolean): void {
    const taken = this.#flat.read(path);
    if (!isAppended || this.#index === undefined) {
      this.#index = taken;
      return;
    }
    if (taken.getDimension() !== this.dimensions) throw new RefusedByGuard('the vectors have another length');
    this.#index.mergeFrom(taken);
  }

  /** Adds vectors of `dimensions` floats. */
  add(vectors: Float32Array, dimensions: number): void {
    if (dimensions < 1 || vectors.length % dimensions !== 0 || (this.#index && dimensions !== this.dimensions)) {
      throw new RefusedByGuard(`${vectors.length} numbers are no vectors of ${this.dimensions || dimensions}`);
    }
    this.#index ??= new this.#flat(dimensions);
    const step = VECTORS_A_CALL * dimensions;
    for (let at = 0; at < vectors.length; at += step) this.#index.add([...vectors.subarray(at, at + step)]);
  }

  /** Removes by position; those behind move up and keep their order. */
  remove(positions: Uint32Array): void {
    if (positions.length === 0) return;
    if (this.#index === undefined || positions.some((each) => each >= this.count)) {
      throw new RefusedByGuard('a position is beyond the index');
    }
    this.#index.removeIds([...positions]);
  }

  /** The nearest, best first; never more than there are. */
  search(query: Float32Array, k: number): { positions: Int32Array; scores: Float32Array } {
    if (this.#index === undefined || this.count === 0 || k < 1) {
      return { positions: new Int32Array(), scores: new Float32Array() };
    }
    if (query.length !== this.dimensions) {
      throw new RefusedByGuard(`the query has ${query.length} dimensions, the index ${this.dimensions}`);
    }
    const { labels, distances } = this.#index.search([...query], Math.min(k, this.count));
    return { positions: Int32Array.from(labels), scores: Float32Array.from(distances) };
  }

  /** Writes the index into a file that can be written; what faiss does not report the caller must check. */
  write(path: string): void {
    if (this.#index === undefined) throw new RefusedByGuard('there is nothing to write');
    // faiss ends the process where it cannot open the file, and would make it readable for everybody.
    closeSync(openSync(path, 'w', 0o600));
    this.#index.write(path);
  }
}
