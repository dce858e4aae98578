/** A name of a class or function in a pickle: two texts, never looked up. */
export class PickledName {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** What a pickle asks to be made by a call: who was to be called with what, and what was to be put into the result. */
export class PickledObject {
  readonly type: PickleValue;
  readonly args: readonly PickleValue[];
  state: PickleValue = null;
  /** Entries, for a kind of dictionary. */
  readonly entries = new Map<PickleValue, PickleValue>();
  /** Members, for a kind of list or set. */
  readonly members: PickleValue[] = [];

  constructor(type: PickleValue, args: readonly PickleValue[]) {
    this.type = type;
    this.args = args;
  }
}

/** What a pickle holds, as plain data; lists and tuples are arrays. A value may hold itself. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickledName
  | PickledObject;
