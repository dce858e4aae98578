const FIRST_CAPACITY = 1_024;

/** Which row each position of an index stands for, in the order the vectors came in. */
export class RowTable {
  #rows: Uint32Array;
  #count: number;

  constructor(rows: Uint32Array = new Uint32Array()) {
    this.#rows = rows;
    this.#count = rows.length;
  }

  get count(): number {
    return this.#count;
  }

  /** The rows by position. */
  get rows(): Uint32Array {
    return this.#rows.subarray(0, this.#count);
  }

  at(position: number): number {
    return this.#rows[position]!;
  }

  append(rows: Uint32Array): void {
    const needed = this.#count + rows.length;
    if (needed > this.#rows.length) {
      const grown = new Uint32Array(Math.max(needed, Math.ceil(this.#rows.length * 1.5), FIRST_CAPACITY));
      grown.set(this.rows);
      this.#rows = grown;
    }
    this.#rows.set(rows, this.#count);
    this.#count = needed;
  }

  /** Positions of those rows that are there, ascending. */
  positionsOf(rows: Uint32Array): Uint32Array {
    const wanted = new Set(rows);
    const positions: number[] = [];
    for (let position = 0; position < this.#count; position += 1) {
      if (wanted.has(this.#rows[position]!)) positions.push(position);
    }
    return Uint32Array.from(positions);
  }

  /** Removes as faiss does: those behind move up and keep their order. Positions ascend. */
  remove(positions: Uint32Array): void {
    let next = 0;
    let kept = 0;
    for (let position = 0; position < this.#count; position += 1) {
      if (positions[next] === position) next += 1;
      else this.#rows[kept++] = this.#rows[position]!;
    }
    this.#count = kept;
  }
}
