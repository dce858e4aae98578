import { isSchemaObject, type JsonSchema } from '../../grammar/json-schema.ts';

/** Where a value stands in the arguments: names of properties and positions in lists. */
export type ArgumentPath = readonly (string | number)[];

/** A value in the text of a call's arguments. */
export interface ArgumentPlace {
  readonly path: ArgumentPath;
  readonly value: unknown;
  /** Where the value stands in the text; `pairStart` is where what it adds begins: the comma or brace before its name. */
  readonly start: number;
  readonly end: number;
  readonly pairStart: number;
  /** Its schema, where that is plain: composed ones and references are not looked into. */
  readonly schema: JsonSchema | undefined;
  /** Whether it may be left out. */
  readonly isOptional: boolean;
}

/** All values in the text of an object, each before those inside it. The text must be JSON. */
export function argumentPlaces(text: string, schema: JsonSchema | undefined): readonly ArgumentPlace[] {
  const reader = new PlaceReader(text);
  const start = reader.skip(0);
  reader.read({ path: [], start, pairStart: start, schema, isOptional: false });
  return reader.places.slice(1);
}

const COMPOSING = [
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'minProperties',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
];

type Begun = Omit<ArgumentPlace, 'value' | 'end'>;

class PlaceReader {
  readonly places: ArgumentPlace[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  skip(at: number): number {
    let next = at;
    while (/\s/.test(this.#text[next] ?? '')) next += 1;
    return next;
  }

  /** Reads the value that begins at `begun.start`; where it ends. */
  read(begun: Begun): number {
    const index = this.places.length;
    this.places.push({ ...begun, value: undefined, end: begun.start });
    const character = this.#text[begun.start];
    const end =
      character === '{' ? this.#object(begun) : character === '[' ? this.#list(begun) : this.#scalarEnd(begun.start);
    const value: unknown = JSON.parse(this.#text.slice(begun.start, end));
    this.places[index] = { ...begun, value, end };
    return end;
  }

  #object({ path, start, schema }: Begun): number {
    const properties = isSchemaObject(schema?.properties) ? schema.properties : {};
    const required: readonly unknown[] = Array.isArray(schema?.required) ? schema.required : [];
    // Keywords that may require a property besides.
    const isComposed = COMPOSING.some((keyword) => schema?.[keyword] !== undefined);
    return this.#members(start, '}', (pairStart, at) => {
      const nameEnd = this.#scalarEnd(at);
      const name = JSON.parse(this.#text.slice(at, nameEnd)) as string;
      const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return this.read({
        path: [...path, name],
        // A blank, the colon and a blank.
        start: this.skip(this.skip(nameEnd) + 1),
        pairStart,
        schema: isSchemaObject(own) ? own : undefined,
        isOptional: own !== undefined && !isComposed && !required.includes(name),
      });
    });
  }

  #list({ path, start, schema }: Begun): number {
    const items = isSchemaObject(schema?.items) ? schema.items : undefined;
    let index = 0;
    return this.#members(start, ']', (pairStart, at) => {
      const end = this.read({ path: [...path, index], start: at, pairStart, schema: items, isOptional: false });
      index += 1;
      return end;
    });
  }

  #members(start: number, close: string, member: (pairStart: number, at: number) => number): number {
    let pairStart = start;
    let at = this.skip(start + 1);
    while (this.#text[at] !== close) {
      pairStart = this.skip(member(pairStart, at));
      at = this.#text[pairStart] === ',' ? this.skip(pairStart + 1) : pairStart;
    }
    return at + 1;
  }

  #scalarEnd(start: number): number {
    const pattern = this.#text[start] === '"' ? /"(?:[^"\\]|\\.)*"/y : /[^\s,}\]]+/y;
    pattern.lastIndex = start;
    if (!pattern.test(this.#text)) throw new SyntaxError(`no value at ${start} of the arguments`);
    return pattern.lastIndex;
  }
}
