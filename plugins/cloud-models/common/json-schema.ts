import type { Fields } from './watched-reply.ts';

/** Words of JSON Schema under which schemas stand by a name of the person's own. */
const BY_NAME: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'patternProperties']);

/** Words under which one schema, or a list of them, stands. */
const NESTED: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'additionalProperties',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
]);

function isNode(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A schema in which every schema that it holds, and then it itself, is changed; data such as `enum` is left alone. */
export function mapSchema(schema: unknown, change: (node: Fields) => Fields): unknown {
  if (Array.isArray(schema)) return schema.map((each: unknown) => mapSchema(each, change));
  if (!isNode(schema)) return schema;
  const mapped = Object.entries(schema).map(([word, value]) => {
    if (NESTED.has(word)) return [word, mapSchema(value, change)];
    if (!BY_NAME.has(word) || !isNode(value)) return [word, value];
    return [word, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapSchema(each, change)]))];
  });
  return change(Object.fromEntries(mapped) as Fields);
}

/** True when any schema within it, or it itself, is such a one. */
export function someSchema(schema: unknown, isSuch: (node: Fields) => boolean): boolean {
  let isFound = false;
  mapSchema(schema, (node) => {
    isFound ||= isSuch(node);
    return node;
  });
  return isFound;
}

/** True for the schema of objects, also of those that may be null. */
export function isObjectSchema({ type, properties }: Fields): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || isNode(properties);
}

/** True for the schema of objects whose names are not all told: a record, a map, "any object". */
export function hasFreeNames(node: Fields): boolean {
  const { properties, patternProperties, additionalProperties: others } = node;
  if (!isObjectSchema(node)) return false;
  return properties === undefined || patternProperties !== undefined || (others !== undefined && others !== false);
}
