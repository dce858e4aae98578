import { PickledName, PickledObject, type PickleValue } from '../pickle/pickle-values.ts';
import { classOf } from './pickled-class.ts';
import { textOfObject } from './text-of-object.ts';

/** Deeper than any metadata, and less than what a value that holds itself would fill. */
const DEEPEST = 16;
const VALUES_A_DOCUMENT = 5_000;

/** Kinds of dictionary whose entries are all that matters. */
const DICTIONARIES: readonly string[] = ['collections.OrderedDict', 'collections.defaultdict'];

/** Sets, as protocols before 4 write them: made of a list. */
const SETS: readonly string[] = ['builtins.set', 'builtins.frozenset', '__builtin__.set', '__builtin__.frozenset'];

/** Metadata of pickled documents as JSON knows it; what JSON does not know is left out and counted by its class. */
export class PlainMetadata {
  /** What was left out: its class, and how often. */
  readonly leftOut = new Map<string, number>();
  #left = 0;

  /** The metadata of one document. */
  of(value: PickleValue | undefined): Readonly<Record<string, unknown>> {
    this.#left = VALUES_A_DOCUMENT;
    if (value === undefined || value === null) return {};
    const plain = this.#toPlain(value, 0);
    return typeof plain === 'object' && plain !== null && !Array.isArray(plain)
      ? (plain as Readonly<Record<string, unknown>>)
      : {};
  }

  #toPlain(value: PickleValue, depth: number): unknown {
    this.#left -= 1;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'bigint') return String(value);
    // JSON has no other numbers.
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (depth >= DEEPEST || this.#left <= 0) return this.#leave('values that are nested too deep or too many');
    if (Array.isArray(value)) return this.#list(value, depth);
    if (value instanceof Set) return this.#list([...value], depth);
    if (value instanceof Map) return this.#entries(value, depth);
    const text = textOfObject(value);
    if (text !== undefined) return text;
    const name = classOf(value);
    if (value instanceof PickledObject && name !== undefined) {
      if (DICTIONARIES.includes(name)) return this.#entries(value.entries, depth);
      const [members] = value.args;
      if (SETS.includes(name) && Array.isArray(members)) return this.#list(members, depth);
    }
    return this.#leave(
      value instanceof PickledName ? 'names of code' : name === undefined || name === '_codecs.encode' ? 'bytes' : name,
    );
  }

  #list(values: readonly PickleValue[], depth: number): unknown[] {
    const plain: unknown[] = [];
    for (const value of values) {
      if (this.#left <= 0) break;
      const made = this.#toPlain(value, depth + 1);
      if (made !== undefined) plain.push(made);
    }
    return plain;
  }

  #entries(entries: ReadonlyMap<PickleValue, PickleValue>, depth: number): Record<string, unknown> {
    const plain: [string, unknown][] = [];
    for (const [key, value] of entries) {
      if (this.#left <= 0) break;
      const name = typeof key === 'object' ? textOfObject(key) : String(key);
      const made = name === undefined ? this.#leave('keys that are no text') : this.#toPlain(value, depth + 1);
      if (made !== undefined) plain.push([name!, made]);
    }
    return Object.fromEntries(plain);
  }

  #leave(what: string): undefined {
    this.leftOut.set(what, (this.leftOut.get(what) ?? 0) + 1);
    return undefined;
  }
}
