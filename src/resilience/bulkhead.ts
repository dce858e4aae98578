/** How many may be inside at once, and how many may wait outside. */
interface BulkheadSize {
  readonly slots: number;
  readonly queue: number;
}

/** One call's place, inside or in the queue. */
export interface BulkheadPlace {
  readonly isInside: boolean;
  /** Gives the place up, wherever it is; a second time does nothing. */
  leave(): void;
}

/**
 * Lets so many in at once and queues the rest, first come first served. Without a clock: how long somebody waits is his
 * own affair, he leaves when he has waited enough.
 *
 * | place  | enter, a slot is free | enter, none is free        | another leaves the inside | leave          |
 * |--------|-----------------------|----------------------------|---------------------------|----------------|
 * | none   | -> inside             | -> queued; none where full | -                         | -              |
 * | queued | -                     | -                          | -> inside, if it is first | -> gone        |
 * | inside | -                     | -                          | -                         | -> gone, freed |
 */
export class Bulkhead {
  readonly slots: number;
  readonly queue: number;
  readonly #inside = new Set<Place>();
  /** In the order of their coming. */
  readonly #queued = new Set<Place>();

  constructor({ slots, queue }: BulkheadSize) {
    this.slots = slots;
    this.queue = queue;
  }

  get inFlight(): number {
    return this.#inside.size;
  }

  get waiting(): number {
    return this.#queued.size;
  }

  /** Undefined when the queue is full. `onInside` is called once, when a place in the queue becomes one inside; it must not throw. */
  enter(onInside: () => void): BulkheadPlace | undefined {
    const hasRoom = this.#inside.size < this.slots;
    if (!hasRoom && this.#queued.size >= this.queue) return undefined;
    const place = new Place(this.#leave, onInside);
    if (hasRoom) place.moveInside(this.#inside);
    else this.#queued.add(place);
    return place;
  }

  readonly #leave = (place: Place): void => {
    if (this.#queued.delete(place) || !this.#inside.delete(place)) return;
    const [next] = this.#queued;
    if (next === undefined) return;
    this.#queued.delete(next);
    next.moveInside(this.#inside);
    next.onInside();
  };
}

class Place implements BulkheadPlace {
  readonly onInside: () => void;
  readonly #leave: (place: Place) => void;
  #isInside = false;

  constructor(leave: (place: Place) => void, onInside: () => void) {
    this.#leave = leave;
    this.onInside = onInside;
  }

  get isInside(): boolean {
    return this.#isInside;
  }

  moveInside(inside: Set<Place>): void {
    this.#isInside = true;
    inside.add(this);
  }

  leave(): void {
    this.#isInside = false;
    this.#leave(this);
  }
}
