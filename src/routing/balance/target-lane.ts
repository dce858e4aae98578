import { BusyError, ProviderTimeoutError } from '../../contracts/errors/provider-errors.ts';
import type { Clock } from '../../contracts/plugins/logger.ts';
import type { ProviderEntry } from '../../contracts/settings/settings.ts';
import { Bulkhead } from '../../resilience/bulkhead.ts';
import type { BulkheadPlace } from '../../resilience/bulkhead.ts';
import { waitAtMost } from '../../resilience/wait-at-most.ts';

/** What a lane depends on. */
interface LaneOptions {
  readonly entry: Pick<ProviderEntry, 'id' | 'slots' | 'queue'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** One call's wait for a slot. */
interface SlotWait {
  readonly targetId: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** A call on its way to one endpoint, counted from the moment the endpoint was chosen for it. */
export interface LanePass {
  /**
   * Waits for a slot and tells how long it waited, milliseconds: 0 where one was free or nobody set a number. BusyError
   * when the queue is full, ProviderTimeoutError when the limit passes, CancelledError.
   */
  takeSlot(wait: SlotWait): Promise<number>;
  /** Gives up the slot, or the wait for it; a second time does nothing. */
  leave(): void;
}

/** The calls of one endpoint: how many there are, and the slots that the configuration gives it. */
export class TargetLane {
  readonly #slots: Slots | undefined;
  readonly #passes = new Set<LanePass>();

  constructor(options: LaneOptions) {
    const { slots } = options.entry;
    this.#slots = slots === undefined ? undefined : new Slots(options, slots);
  }

  /** Calls in flight, waiting, or just sent here. */
  get load(): number {
    return this.#passes.size;
  }

  /** What the next call meets: a free slot, a place in the queue, or neither. */
  get room(): 'free' | 'queue' | 'none' {
    const bulkhead = this.#slots?.bulkhead;
    if (bulkhead === undefined || this.load < bulkhead.slots) return 'free';
    return this.load < bulkhead.slots + bulkhead.queue ? 'queue' : 'none';
  }

  join(): LanePass {
    const pass = new Pass(this.#slots, () => void this.#passes.delete(pass));
    this.#passes.add(pass);
    return pass;
  }
}

/** The slots of one lane, and how their want is told. */
class Slots {
  readonly bulkhead: Bulkhead;
  readonly clock: LaneOptions['clock'];
  readonly #entryId: string;

  constructor({ entry: { id, queue = 0 }, clock }: LaneOptions, slots: number) {
    this.bulkhead = new Bulkhead({ slots, queue });
    this.clock = clock;
    this.#entryId = id;
  }

  full({ targetId }: SlotWait): BusyError {
    const { slots, waiting } = this.bulkhead;
    const id = this.#entryId;
    const queue = waiting === 0 ? 'its queue holds none' : `${waiting} more calls wait for it`;
    const advice = `ask again later, or raise providers.${id}.slots or providers.${id}.queue`;
    return new BusyError(`${targetId}: ${describeSlots(slots)} taken and ${queue}; ${advice}`, { targetId });
  }

  late({ targetId, limitMs }: SlotWait): ProviderTimeoutError {
    const id = this.#entryId;
    const what = `the total limit of ${limitMs} ms passed while ${describeSlots(this.bulkhead.slots)} taken`;
    const advice = `raise the total limit or providers.${id}.slots, or add an endpoint to providers.${id}.targets`;
    return new ProviderTimeoutError(`${targetId}: ${what}; ${advice}`, { phase: 'total', limitMs, targetId });
  }
}

function describeSlots(slots: number): string {
  return slots === 1 ? 'its one slot was' : `all ${slots} slots were`;
}

class Pass implements LanePass {
  readonly #slots: Slots | undefined;
  readonly #onLeave: () => void;
  #place: BulkheadPlace | undefined;
  #signal: AbortSignal | undefined;

  constructor(slots: Slots | undefined, onLeave: () => void) {
    this.#slots = slots;
    this.#onLeave = onLeave;
  }

  async takeSlot(wait: SlotWait): Promise<number> {
    this.#signal = wait.signal;
    // A reader that aborts may neither go on reading nor say that it leaves.
    wait.signal.addEventListener('abort', this.leave, { once: true });
    if (this.#slots === undefined) return 0;
    const { bulkhead, clock } = this.#slots;
    const { promise: turn, resolve } = Promise.withResolvers<void>();
    this.#place = bulkhead.enter(resolve);
    if (this.#place === undefined) throw this.#slots.full(wait);
    if (this.#place.isInside) return 0;
    const startedAt = clock.monotonic();
    if ((await waitAtMost(turn, wait.limitMs, wait.signal)) === 'limit') throw this.#slots.late(wait);
    return clock.monotonic() - startedAt;
  }

  readonly leave = (): void => {
    this.#signal?.removeEventListener('abort', this.leave);
    this.#place?.leave();
    this.#onLeave();
  };
}
