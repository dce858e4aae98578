import type { JsonSchema } from '../../chat-request.ts';
import { isObject } from '../json-fields.ts';
import { isSafePattern } from './safe-pattern.ts';
import { keepKnownReferences } from './schema-references.ts';

type Parts = Record<string, unknown>;

/** llama.cpp makes a grammar of fewer repetitions than 2,000 elements; an item of a list has several. */
const LONGEST_TEXT = 1_999;
const LONGEST_LIST = 500;

/** The sampler tries each value at every token: llama-server took half a minute for ten tokens among 1,000 values. */
const MOST_VALUES = 500;

const TYPES: ReadonlySet<unknown> = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

/**
 * A schema that servers take which make a grammar of it: llama-server and Ollama answer 400 to a whole call for one word
 * that they cannot translate, and some bounds that exclude each other hang them. Left out is what they refuse (patterns
 * with escapes, long bounds, `true` and `false` for a schema, references to nowhere) or do not hold to (`not`, `if`,
 * `uniqueItems`); written otherwise is what they read wrongly (the rest of a tuple, `nullable`, the root as a reference).
 * The answer is to be checked against the schema as it was. Pure; never throws.
 */
export function toServableSchema(schema: JsonSchema): JsonSchema {
  return keepKnownReferences(servable(schema) ?? {});
}

/** Undefined for a schema that nothing fits. */
function servable(schema: unknown): JsonSchema | undefined {
  if (schema === false) return undefined;
  if (!isObject(schema)) return {};
  if (isObject(schema.not) && Object.keys(schema.not).length === 0) return undefined;
  const { $ref: reference } = schema;
  const told = { ...textIn(schema, 'title'), ...textIn(schema, 'description') };
  const definitions = { ...mapIn(schema, '$defs'), ...mapIn(schema, 'definitions') };
  if (typeof reference === 'string') return { $ref: reference, ...told, ...definitions };
  return { ...told, ...valuesIn(schema), ...shapeOf(schema), ...choicesIn(schema), ...definitions };
}

function shapeOf(schema: JsonSchema): JsonSchema {
  return { ...typeIn(schema), ...objectIn(schema), ...listIn(schema), ...textRulesIn(schema), ...boundsIn(schema) };
}

function typeIn({ type, nullable, enum: values, const: only }: JsonSchema): Parts {
  const named = [type].flat().filter((each) => TYPES.has(each));
  if (named.length === 0 || Array.isArray(values) || only !== undefined)
    return named.length === 1 ? { type: named[0] } : {};
  const types = nullable === true && !named.includes('null') ? [...named, 'null'] : named;
  return { type: types.length === 1 ? types[0] : types };
}

function valuesIn(schema: JsonSchema): Parts {
  if (Object.hasOwn(schema, 'const')) return { const: schema.const };
  const { enum: values, nullable } = schema;
  if (!Array.isArray(values) || values.length === 0 || values.length > MOST_VALUES) return {};
  return { enum: nullable === true && !values.includes(null) ? [...(values as unknown[]), null] : values };
}

function objectIn(schema: JsonSchema): Parts {
  const { properties, required, additionalProperties: others, patternProperties } = schema;
  const isOpen = isObject(patternProperties);
  const rest = isOpen ? {} : others === undefined || typeof others === 'boolean' ? others : servable(others);
  const fields = mapIn({ properties }, 'properties');
  return {
    ...fields,
    ...(Array.isArray(required) && { required: required.filter((name) => typeof name === 'string') }),
    ...(rest !== undefined && { additionalProperties: rest }),
  };
}

/** Of a tuple only the items that have a place: servers that read `items` beside them forget those. */
function listIn({ items, prefixItems, minItems, maxItems }: JsonSchema): Parts {
  const fixed = [prefixItems, items].find((each) => Array.isArray(each) && each.length > 0) as unknown[] | undefined;
  if (fixed !== undefined) return { prefixItems: fixed.map((item) => servable(item) ?? {}) };
  const each = items === undefined ? undefined : servable(items);
  return { ...(each !== undefined && { items: each }), ...lengthsIn({ minItems, maxItems }, LONGEST_LIST) };
}

function textRulesIn({ minLength, maxLength, pattern, format }: JsonSchema): Parts {
  return {
    ...lengthsIn({ minLength, maxLength }, LONGEST_TEXT),
    ...(typeof pattern === 'string' && isSafePattern(pattern) && { pattern }),
    ...(typeof format === 'string' && { format }),
  };
}

/** A least and a most, in this order; a most below the least is dropped. */
function lengthsIn(given: Parts, longest: number): Parts {
  const kept = Object.entries(given).filter(([, length]) => Number.isInteger(length) && isWithin(length, 0, longest));
  const [least, most] = Object.values(given);
  return Object.fromEntries(kept.length === 2 && Number(most) < Number(least) ? kept.slice(0, 1) : kept);
}

/** Only of whole numbers: those of others are not held to. */
function boundsIn(schema: JsonSchema): Parts {
  const names = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'];
  const kept = names.filter((name) => Number.isSafeInteger(schema[name]));
  const low = Math.max(...[schema.minimum, schema.exclusiveMinimum].filter(Number.isSafeInteger).map(Number));
  const high = Math.min(...[schema.maximum, schema.exclusiveMaximum].filter(Number.isSafeInteger).map(Number));
  return low >= high ? {} : Object.fromEntries(kept.map((name) => [name, schema[name]]));
}

function choicesIn(schema: JsonSchema): Parts {
  const found = ['anyOf', 'oneOf', 'allOf'].flatMap((word): [string, JsonSchema[]][] => {
    const { [word]: choices } = schema;
    if (!Array.isArray(choices)) return [];
    const kept = choices.map(servable).filter((choice) => choice !== undefined);
    return kept.length === 0 ? [] : [[word, kept]];
  });
  return Object.fromEntries(found);
}

function mapIn(schema: JsonSchema, word: string): Parts {
  const { [word]: parts } = schema;
  if (!isObject(parts)) return {};
  const kept = Object.entries(parts).flatMap(([name, part]): [string, JsonSchema][] => {
    const inner = servable(part);
    return inner === undefined ? [] : [[name, inner]];
  });
  return { [word]: Object.fromEntries(kept) };
}

function textIn(schema: JsonSchema, word: string): Parts {
  return typeof schema[word] === 'string' ? { [word]: schema[word] } : {};
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}
