import { hasFreeNames, isObjectSchema, mapSchema, someSchema } from '../common/json-schema.ts';
import { asFields, type Fields } from '../common/watched-reply.ts';

/** Words that strict output refuses (OpenAI's guide to structured outputs, "supported schemas"). */
const REFUSED = ['allOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'patternProperties'];

/** Of choices it knows `anyOf` alone, and objects it wants closed. */
function closeNode({ oneOf, ...node }: Fields): Fields {
  const choices = oneOf === undefined || node.anyOf !== undefined ? {} : { anyOf: oneOf };
  return { ...node, ...choices, ...(isObjectSchema(node) && !hasFreeNames(node) && { additionalProperties: false }) };
}

/** Every name must be required, since strict output leaves none out. */
function isLoose(node: Fields): boolean {
  const { properties, required } = node;
  const names = Object.keys(asFields(properties));
  const asked: readonly unknown[] = Array.isArray(required) ? required : [];
  return hasFreeNames(node) || REFUSED.some((word) => word in node) || names.some((name) => !asked.includes(name));
}

/**
 * The options of a call with a schema that OpenAI takes. Strict output is asked for only where the schema fits it: a
 * field that may be absent, or an object of free names, is refused there with a 400, and is asked for without `strict`.
 */
export function withFittingSchema<Options extends object>(options: Options): Options {
  const { response_format } = options as { response_format?: unknown };
  const { type, json_schema } = asFields(response_format);
  const { schema, strict, ...asked } = asFields(json_schema);
  if (type !== 'json_schema' || strict !== true) return options;
  const closed = mapSchema(schema, closeNode);
  const isStrict = asFields(closed).type === 'object' && !someSchema(closed, isLoose);
  const fitting = isStrict ? { ...asked, schema: closed, strict } : { ...asked, schema, strict: false };
  return { ...options, response_format: { type, json_schema: fitting } };
}
