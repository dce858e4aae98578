import { hasFreeNames, isObjectSchema, mapSchema, someSchema } from '../common/json-schema.ts';
import { asFields, type Fields } from '../common/watched-reply.ts';

/** Words of JSON Schema that Anthropic's constrained output refuses (its guide to structured outputs, limitations). */
const REFUSED_WORDS: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'pattern',
  'propertyNames',
  '$schema',
]);

/** Forms of texts that it takes; others are refused. */
const FORMATS: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);

function closeNode({ oneOf, ...node }: Fields): Fields {
  const kept = Object.entries(node).filter(
    ([word, value]) => !REFUSED_WORDS.has(word) && (word !== 'format' || FORMATS.has(value)),
  );
  const choices = oneOf === undefined || node.anyOf !== undefined ? {} : { anyOf: oneOf };
  return { ...Object.fromEntries(kept), ...choices, ...(isObjectSchema(node) && { additionalProperties: false }) };
}

/** A schema in the form Anthropic constrains output to: closed objects, and no word that it refuses. */
export function closeSchema(schema: unknown): unknown {
  return mapSchema(schema, closeNode);
}

/** True for a schema with an object of free names in it, which constrained output cannot say. */
export function isOpenSchema(schema: unknown): boolean {
  return someSchema(schema, hasFreeNames);
}

/** Several schemas of objects as one: every name of any, and as required what each (`some`) or any (`all`) requires. */
function mergeObjects(parts: readonly Fields[], isAll: boolean): Fields {
  const properties: Record<string, unknown> = {};
  for (const part of parts) {
    for (const [name, schema] of Object.entries(asFields(part.properties))) {
      const known = properties[name];
      const isSame = known === undefined || JSON.stringify(known) === JSON.stringify(schema);
      properties[name] = isSame ? schema : { anyOf: [known, schema] };
    }
  }
  const lists = parts.map(({ required }) => (Array.isArray(required) ? (required as readonly unknown[]) : []));
  const names = [...new Set(lists.flat())];
  return {
    type: 'object',
    properties,
    required: isAll ? names : names.filter((name) => lists.every((list) => list.includes(name))),
  };
}

/**
 * The schema of a tool with no choice at its top, which Anthropic refuses and for which the package leaves the whole tool
 * out without a word. What is said more loosely so, the tool itself still checks.
 */
export function flattenTop(schema: unknown): unknown {
  const { anyOf, oneOf, allOf, ...rest } = asFields(schema);
  const choices = [anyOf, oneOf].filter(Array.isArray).map((list) => mergeObjects(list.map(asFields), false));
  const whole: readonly unknown[] = Array.isArray(allOf) ? allOf : [];
  if (choices.length === 0 && whole.length === 0) return schema;
  return { ...rest, ...mergeObjects([asFields(rest), ...whole.map(asFields), ...choices], true) };
}
