/** How far a pull has come, bytes. */
interface PulledBytes {
  readonly done: number;
  /** Of all layers that were told; undefined before the first. */
  readonly total?: number;
}

/**
 * Adds up the layers of a model. Layers are told one after another, twice when a pull was broken off, and in any order;
 * neither sum ever grows smaller.
 */
export class LayeredProgress {
  readonly #layers = new Map<string, { done: number; total: number }>();

  /** Takes what was told of one layer; true when the layer is new or larger than was known, so that more room is needed. */
  add(layer: string, done: number, total: number): boolean {
    const known = this.#layers.get(layer);
    const grown = { done: Math.max(done, known?.done ?? 0), total: Math.max(total, done, known?.total ?? 0) };
    this.#layers.set(layer, grown);
    return grown.total > (known?.total ?? 0);
  }

  /** Every layer is there; what came between two lines was not told. */
  complete(): void {
    for (const layer of this.#layers.values()) layer.done = layer.total;
  }

  get bytes(): PulledBytes {
    if (this.#layers.size === 0) return { done: 0 };
    let [done, total] = [0, 0];
    for (const layer of this.#layers.values()) [done, total] = [done + layer.done, total + layer.total];
    return { done, total };
  }

  /** Bytes that are known to be missing. */
  get missingBytes(): number {
    const { done, total = 0 } = this.bytes;
    return total - done;
  }
}
