import type { PickleBytes } from './pickle-bytes.ts';
import type { PickleValue } from './pickle-values.ts';

/** More than any docstore needs, and little enough for the memory of a process. */
const LIMITS = { containers: 6_000_000, remembered: 16_000_000, waiting: 1_000_000, marks: 100_000 };

/** The stack and the memory of a pickle while it is read. It holds data only: nothing is looked up, nothing is called. */
export class PickleMachine {
  readonly bytes: PickleBytes;
  readonly #limits: typeof LIMITS;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memory = new Map<number, PickleValue>();
  #containers = 0;

  constructor(bytes: PickleBytes, limits: Partial<typeof LIMITS> = {}) {
    this.bytes = bytes;
    this.#limits = { ...LIMITS, ...limits };
  }

  push(value: PickleValue): void {
    if (this.#stack.length >= this.#limits.waiting) throw this.bytes.fault('too many values wait for their container');
    this.#stack.push(value);
  }

  /** As `push`, for what takes memory of its own. */
  pushContainer(value: PickleValue): void {
    this.#containers += 1;
    if (this.#containers > this.#limits.containers) throw this.bytes.fault('the pickle holds too many objects');
    this.push(value);
  }

  pop(): PickleValue {
    this.#requireTop();
    return this.#stack.pop()!;
  }

  top(): PickleValue {
    this.#requireTop();
    return this.#stack.at(-1)!;
  }

  /** Takes the last value away, or the last mark where it is that. */
  drop(): void {
    if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop();
    else this.pop();
  }

  mark(): void {
    if (this.#marks.length >= this.#limits.marks) throw this.bytes.fault('the pickle is nested too deep');
    this.#marks.push(this.#stack.length);
  }

  /** Everything since the last mark, which goes with it. */
  popMarked(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.bytes.fault('there is no mark');
    return this.#stack.splice(mark);
  }

  remember(place: number): void {
    if (this.#memory.size >= this.#limits.remembered) throw this.bytes.fault('too many values are remembered');
    this.#memory.set(place, this.top());
  }

  rememberNext(): void {
    this.remember(this.#memory.size);
  }

  recall(place: number): void {
    const value = this.#memory.get(place);
    if (value === undefined) throw this.bytes.fault(`nothing is remembered at ${place}`);
    this.push(value);
  }

  #requireTop(): void {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.bytes.fault('a value is missing');
  }
}

/** What an opcode does. */
export type OpcodeTable = Readonly<Record<number, (machine: PickleMachine) => void>>;
