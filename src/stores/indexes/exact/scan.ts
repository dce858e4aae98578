/** The best rows of a scan, best first: places of vectors and their inner products with the query. */
export interface ScanResult {
  readonly slots: Uint32Array;
  readonly scores: Float64Array;
}

/** What is scanned: vectors one after another, from one place up to another, or the listed places only. */
export interface ScanRequest {
  readonly vectors: Float32Array;
  readonly query: Float32Array;
  readonly k: number;
  readonly from: number;
  readonly to: number;
  /** Places to look at instead of all between `from` and `to`. */
  readonly slots?: Uint32Array;
}

/** The inner product of the query with the vector at a place; four sums, since one would wait for itself. */
function innerProduct(vectors: Float32Array, query: Float32Array, start: number): number {
  const { length } = query;
  const even = length - (length % 4);
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let at = 0; at < even; at += 4) {
    const place = start + at;
    first += vectors[place]! * query[at]!;
    second += vectors[place + 1]! * query[at + 1]!;
    third += vectors[place + 2]! * query[at + 2]!;
    fourth += vectors[place + 3]! * query[at + 3]!;
  }
  for (let at = even; at < length; at += 1) first += vectors[start + at]! * query[at]!;
  return first + second + (third + fourth);
}

/** A heap of the k best, the worst of them on top; of equal scores the lower place is the better. */
class BestSlots {
  readonly #slots: Uint32Array;
  readonly #scores: Float64Array;
  #size = 0;

  constructor(k: number) {
    this.#slots = new Uint32Array(k);
    this.#scores = new Float64Array(k);
  }

  offer(slot: number, score: number): void {
    const isFull = this.#size === this.#slots.length;
    if (isFull && !this.#isWorse(this.#slots[0]!, this.#scores[0]!, { slot, score })) return;
    if (isFull) this.#sink(slot, score);
    else this.#rise(slot, score);
  }

  result(): ScanResult {
    const order = Array.from({ length: this.#size }, (_, at) => at).sort(
      (left, right) => this.#scores[right]! - this.#scores[left]! || this.#slots[left]! - this.#slots[right]!,
    );
    return {
      slots: Uint32Array.from(order, (at) => this.#slots[at]!),
      scores: Float64Array.from(order, (at) => this.#scores[at]!),
    };
  }

  #isWorse(slot: number, score: number, than: { readonly slot: number; readonly score: number }): boolean {
    return score < than.score || (score === than.score && slot > than.slot);
  }

  #put(at: number, slot: number, score: number): void {
    this.#slots[at] = slot;
    this.#scores[at] = score;
  }

  #rise(slot: number, score: number): void {
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#isWorse(this.#slots[parent]!, this.#scores[parent]!, { slot, score })) break;
      this.#put(at, this.#slots[parent]!, this.#scores[parent]!);
      at = parent;
    }
    this.#put(at, slot, score);
  }

  #sink(slot: number, score: number): void {
    let at = 0;
    while (true) {
      let child = at * 2 + 1;
      if (child >= this.#size) break;
      const right = { slot: this.#slots[child + 1]!, score: this.#scores[child + 1]! };
      if (child + 1 < this.#size && !this.#isWorse(this.#slots[child]!, this.#scores[child]!, right)) child += 1;
      if (!this.#isWorse(this.#slots[child]!, this.#scores[child]!, { slot, score })) break;
      this.#put(at, this.#slots[child]!, this.#scores[child]!);
      at = child;
    }
    this.#put(at, slot, score);
  }
}

/** The k nearest of the scanned vectors by inner product; of equal ones the lower place comes first. */
export function scan({ vectors, query, k, from, to, slots }: ScanRequest): ScanResult {
  const best = new BestSlots(k);
  const dimensions = query.length;
  if (slots === undefined) {
    for (let slot = from; slot < to; slot += 1) best.offer(slot, innerProduct(vectors, query, slot * dimensions));
  } else {
    for (const slot of slots) best.offer(slot, innerProduct(vectors, query, slot * dimensions));
  }
  return best.result();
}
