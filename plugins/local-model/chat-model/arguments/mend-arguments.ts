import type { JsonSchema, OfferedTool } from '../../client/chat-request.ts';
import { isObject, type JsonFields } from '../../client/dialects/json-fields.ts';
import { readLenientJson } from '../written/lenient-json.ts';
import { fits, problemsWith } from './check-schema.ts';

/** Arguments that were mended as far as it goes, and what still does not fit, one line each. */
interface MendedArguments {
  readonly arguments: JsonFields;
  readonly problems: readonly string[];
}

/** Words that some models wrap the arguments in. */
const WRAPPERS = ['arguments', 'parameters', 'args', 'input', 'properties'];

const NUMBER = /^\s*-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i;

function schemaOf(value: unknown): JsonSchema {
  return isObject(value) ? value : {};
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[\s_-]/g, '');
}

/**
 * Mends arguments for their schema where what was meant is plain; everything that fits stays as it is.
 *
 * | given | becomes |
 * |---|---|
 * | a number, an integer, a boolean as text, and text that came as a number or boolean | what the schema asks for |
 * | one value, or JSON of a list as text, where a list is wanted | a list |
 * | JSON of an object as text | the object |
 * | an enum or constant in other case, or as text | the one of the schema |
 * | a key in other case or with other separators | the key of the schema |
 * | all arguments within `arguments`, `parameters`, or the name of the tool | the arguments |
 * | `null` for what may be left out | left out |
 * | `{"type": "string", "value": x}` for a plain value | x |
 * | a key that the schema forbids | left out |
 */
export function mendArguments(given: JsonFields, tool: OfferedTool): MendedArguments {
  const { parameters } = tool;
  const before = problemsWith(given, parameters);
  if (before.length === 0) return { arguments: given, problems: [] };
  const mended = new Mender(parameters).value(unwrapped(given, tool), parameters) as JsonFields;
  return { arguments: mended, problems: problemsWith(mended, parameters) };
}

/** The same for any value: an answer that is to fit a schema. */
export function mendValue(value: unknown, schema: JsonSchema): { value: unknown; problems: readonly string[] } {
  if (fits(value, schema)) return { value, problems: [] };
  const mended = new Mender(schema).value(value, schema);
  return { value: mended, problems: problemsWith(mended, schema) };
}

function unwrapped(given: JsonFields, { name, parameters }: OfferedTool): JsonFields {
  const [key, ...others] = Object.keys(given);
  if (key === undefined || others.length > 0 || key in schemaOf(parameters.properties)) return given;
  const inner = given[key];
  return (key === name || WRAPPERS.includes(key)) && isObject(inner) ? inner : given;
}

class Mender {
  readonly #root: JsonSchema;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  value(value: unknown, given: JsonSchema): unknown {
    const schema = this.#resolved(given);
    if (this.#fits(value, schema)) return value;
    const alternatives = [schema.anyOf, schema.oneOf].find(Array.isArray) as unknown[] | undefined;
    if (alternatives !== undefined) return this.#alternative(value, alternatives.map(schemaOf));
    const choices = 'const' in schema ? [schema.const] : schema.enum;
    if (Array.isArray(choices)) return choiceOf(value, choices);
    const types = typeof schema.type === 'string' ? [schema.type] : Array.isArray(schema.type) ? schema.type : [];
    for (const type of types.length === 0 && isObject(schema.properties) ? ['object'] : types) {
      const mended = this.#typed(unechoed(value, String(type)), String(type), schema);
      if (mended !== undefined && (types.length <= 1 || this.#fits(mended, schema))) return mended;
    }
    return value;
  }

  #typed(value: unknown, type: string, schema: JsonSchema): unknown {
    if (type === 'object') return this.#object(value, schema);
    if (type === 'array') return this.#array(value, schema);
    if (type === 'number' || type === 'integer') {
      return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
    }
    if (type === 'boolean') {
      const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
      return word === 'true' || word === 'false' ? word === 'true' : value;
    }
    if (type === 'string') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    return value;
  }

  #object(given: unknown, schema: JsonSchema): unknown {
    const value = typeof given === 'string' ? readLenientJson(given) : given;
    if (!isObject(value)) return given;
    const properties = schemaOf(schema.properties);
    const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
    const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      const name = keyOf(key, value, properties);
      const own = properties[name];
      if (own === undefined) return schema.additionalProperties === false ? [] : [[key, inner]];
      const mended = this.value(inner, schemaOf(own));
      const isLeftOut = mended === null && !required.includes(name) && !this.#fits(null, schemaOf(own));
      return isLeftOut ? [] : [[name, mended]];
    });
    return Object.fromEntries(entries);
  }

  #array(given: unknown, schema: JsonSchema): unknown {
    const read = typeof given === 'string' ? readLenientJson(given) : given;
    const list = Array.isArray(read) ? read : given === null || given === undefined ? undefined : [given];
    if (list === undefined) return given;
    return list.map((each) => this.value(each, schemaOf(schema.items)));
  }

  #alternative(value: unknown, alternatives: readonly JsonSchema[]): unknown {
    for (const alternative of alternatives) {
      const mended = this.value(value, alternative);
      if (this.#fits(mended, this.#resolved(alternative))) return mended;
    }
    return value;
  }

  #fits(value: unknown, schema: JsonSchema): boolean {
    const { $defs, definitions, $schema } = this.#root;
    return fits(value, { ...schema, $defs, definitions, $schema });
  }

  #resolved(schema: JsonSchema): JsonSchema {
    let found = schema;
    // References may go round in a circle.
    for (let steps = 0; typeof found.$ref === 'string' && steps < 8; steps += 1) {
      const path = found.$ref.split('/').slice(1);
      found = path.reduce<JsonSchema>((at, part) => schemaOf(at[part]), this.#root);
    }
    return found;
  }
}

/** The key of the schema that is meant; one that is there by its own name is not given twice. */
function keyOf(key: string, value: JsonFields, properties: JsonFields): string {
  if (key in properties) return key;
  const meant = Object.keys(properties).find((each) => plain(each) === plain(key));
  return meant === undefined || meant in value ? key : meant;
}

function choiceOf(value: unknown, choices: readonly unknown[]): unknown {
  const said = plain(String(value));
  const meant = choices.filter((choice) => plain(String(choice)) === said);
  return meant.length === 1 ? meant[0] : value;
}

/** Models that copy the schema write `{"type": "string", "value": x}` for x. */
function unechoed(value: unknown, type: string): unknown {
  const isEcho = type !== 'object' && isObject(value) && 'value' in value && 'type' in value;
  return isEcho ? value.value : value;
}
