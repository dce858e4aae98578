import { anyValue, NUMBER } from './any-value.ts';
import { literal, stringCharacter, type GrammarRules } from './grammar-rules.ts';
import { isSchemaObject, type JsonSchema } from './json-schema.ts';
import { spacedJson } from './spaced-json.ts';

/** Writes the rule of an inner schema; `name` goes into the name of the rule. */
export type ValueRule = (schema: unknown, name: string) => string;

/** Repetition bounds beyond this are dropped: the sampler expands each repetition, and llama.cpp refuses thousands. */
const MAX_REPETITIONS = 256;

/** `const` and `enum` as an alternative of literals; undefined where the schema has neither. */
export function literalRule(schema: JsonSchema): string | undefined {
  const values = Object.hasOwn(schema, 'const') ? [schema.const] : schema.enum;
  if (!Array.isArray(values) || values.length === 0) return undefined;
  return values.map((value) => literal(spacedJson(value))).join(' | ');
}

/** An object: required properties first, each optional one may be left out, in the order of the schema. */
export function objectRule(schema: JsonSchema, rules: GrammarRules, valueRule: ValueRule): string {
  const properties = isSchemaObject(schema.properties) ? schema.properties : {};
  const required = requiredNames(schema);
  const names = [...required, ...Object.keys(properties).filter((name) => !required.includes(name))];
  if (names.length === 0) return openObject(schema, rules, valueRule);
  const pairs = names.map((name) => {
    const value = valueRule(Object.hasOwn(properties, name) ? properties[name] : true, name);
    return rules.add(`pair-${name}`, `${literal(`${JSON.stringify(name)}: `)} ${value}`);
  });
  const always = pairs.slice(0, required.length);
  const optional = pairs.slice(required.length);
  if (always.length === 0) return `"{" (${firstOf(optional, rules)})? "}"`;
  const rest = optional.length === 0 ? '' : ` ${tailOf(optional, rules)}`;
  return `"{" ${always.join(' ", " ')}${rest} "}"`;
}

function requiredNames(schema: JsonSchema): string[] {
  const names = Array.isArray(schema.required) ? schema.required : [];
  return [...new Set(names.filter((name): name is string => typeof name === 'string'))];
}

/** An object without named properties: empty where nothing else is allowed, else a map. */
function openObject(schema: JsonSchema, rules: GrammarRules, valueRule: ValueRule): string {
  if (schema.additionalProperties === false) return '"{}"';
  const isClosedMap = isSchemaObject(schema.additionalProperties);
  const isParameterless = isSchemaObject(schema.properties) && !isClosedMap && schema.additionalProperties !== true;
  if (isParameterless) return '"{}"';
  if (!isClosedMap) return anyValue(rules).object;
  const value = valueRule(schema.additionalProperties, 'entry');
  const pair = rules.add('entry', `"\\"" ${stringCharacter(rules)}+ "\\": " ${value}`);
  return `"{" (${pair} (", " ${pair})*)? "}"`;
}

/** Any of the pairs may come first, and those after it may follow. */
function firstOf(pairs: readonly string[], rules: GrammarRules): string {
  return pairs.map((pair, index) => `${pair} ${tailOf(pairs.slice(index + 1), rules)}`.trim()).join(' | ');
}

/** Each pair of the rest may follow, in order: a chain of rules, so that the grammar grows with the number of pairs. */
function tailOf(pairs: readonly string[], rules: GrammarRules): string {
  return pairs.reduceRight((tail, pair) => rules.add('rest', `(", " ${pair})? ${tail}`.trim()), '');
}

/** An array with its item schema; a tuple's fixed items come first. */
export function arrayRule(schema: JsonSchema, rules: GrammarRules, valueRule: ValueRule): string {
  const fixed = [schema.prefixItems, schema.items].find((items) => Array.isArray(items));
  if (Array.isArray(fixed) && fixed.length > 0) {
    return `"[" ${fixed.map((item, index) => valueRule(item, `item-${index + 1}`)).join(' ", " ')} "]"`;
  }
  const item = isSchemaObject(schema.items) ? valueRule(schema.items, 'item') : anyValue(rules).value;
  const minimum = bound(schema.minItems) ?? 0;
  const maximum = bound(schema.maxItems);
  if (maximum === 0) return '"[]"';
  const few = maximum === undefined ? undefined : maximum - 1;
  const more = few === 0 ? '' : `(", " ${item})${repetition(Math.max(0, minimum - 1), few)}`;
  return minimum === 0 ? `"[" (${item} ${more})? "]"` : `"[" ${item} ${more} "]"`;
}

/** A string with its length bounds. */
export function stringRule(schema: JsonSchema, rules: GrammarRules): string {
  const minimum = bound(schema.minLength) ?? 0;
  const maximum = bound(schema.maxLength);
  if (maximum === 0) return '"\\"\\""';
  return `"\\"" ${stringCharacter(rules)}${repetition(minimum, maximum)} "\\""`;
}

/** A number or an integer; a minimum of zero or more drops the sign. */
export function numberRule(schema: JsonSchema, isInteger: boolean): string {
  const body = isInteger ? '"-"? ("0" | [1-9] [0-9]{0,15})' : NUMBER;
  const minimum = schema.minimum ?? schema.exclusiveMinimum;
  return typeof minimum === 'number' && minimum >= 0 ? body.replace('"-"? ', '') : body;
}

function bound(value: unknown): number | undefined {
  const isUsable = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_REPETITIONS;
  return isUsable ? value : undefined;
}

function repetition(minimum: number, maximum: number | undefined): string {
  if (maximum === undefined) return minimum === 0 ? '*' : minimum === 1 ? '+' : `{${minimum},}`;
  return `{${minimum},${Math.max(minimum, maximum)}}`;
}
