/** A JSON Schema as it came over the wire: nothing about it is certain. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The keywords that say something about values; the rest describes, or holds definitions. */
const SHAPE_KEYWORDS = new Set(['type', 'properties', 'required', 'additionalProperties', 'items', 'prefixItems']);

/** Tells a schema from `true`, `false` and anything that is no schema at all. */
export function isSchemaObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema with its `allOf` parts folded in: properties and required names are joined, later keys win. */
export function mergedSchema(schema: JsonSchema, resolve: (pointer: string) => JsonSchema | undefined): JsonSchema {
  if (!Array.isArray(schema.allOf)) return schema;
  const { allOf, ...rest } = schema;
  return allOf.filter(isSchemaObject).reduce<JsonSchema>((merged, part) => {
    const resolved = typeof part.$ref === 'string' ? resolve(part.$ref) : part;
    return resolved === undefined ? merged : joined(merged, resolved);
  }, rest);
}

/** The alternatives of `anyOf` or `oneOf`, each with what stands beside them; undefined where there are none. */
export function alternativesOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  const given = Array.isArray(schema.anyOf) ? schema.anyOf : schema.oneOf;
  if (!Array.isArray(given)) return undefined;
  const usable = given.filter(isSchemaObject);
  if (usable.length === 0) return undefined;
  const shape = Object.fromEntries(Object.entries(schema).filter(([keyword]) => SHAPE_KEYWORDS.has(keyword)));
  // A bare alternative may be a reference, which has to stay alone to be followed.
  if (Object.keys(shape).length === 0) return usable;
  return usable.map((alternative) => (typeof alternative.$ref === 'string' ? alternative : joined(shape, alternative)));
}

/** The types a schema allows; a schema that does not say is judged by its other keywords, else anything goes. */
export function typesOf(schema: JsonSchema): readonly string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) {
    const names = type.filter((name): name is string => typeof name === 'string');
    if (names.length > 0) return names;
  }
  if (isSchemaObject(schema.properties) || Array.isArray(schema.required)) return ['object'];
  if (schema.additionalProperties !== undefined) return ['object'];
  if (schema.items !== undefined || schema.prefixItems !== undefined) return ['array'];
  if (schema.minLength !== undefined || schema.pattern !== undefined || schema.format !== undefined) return ['string'];
  if (schema.minimum !== undefined || schema.maximum !== undefined) return ['number'];
  return ['any'];
}

function joined(first: JsonSchema, second: JsonSchema): JsonSchema {
  const required = [first.required, second.required].flatMap((names) => (Array.isArray(names) ? names : []));
  const properties = {
    ...(isSchemaObject(first.properties) ? first.properties : {}),
    ...(isSchemaObject(second.properties) ? second.properties : {}),
  };
  return {
    ...first,
    ...second,
    ...(required.length > 0 ? { required } : {}),
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
  };
}
