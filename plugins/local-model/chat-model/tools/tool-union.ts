import type { ChatRequest, JsonSchema, OfferedTool } from '../../client/chat-request.ts';
import { isObject, type JsonFields } from '../../client/dialects/json-fields.ts';
import { partAt } from '../../client/dialects/schema/schema-references.ts';

/**
 * Keywords that servers hold output to. Descriptions stand in the prompt. Lengths, patterns and formats make the grammars
 * of llama.cpp large or are refused by it (`Pattern must start with '^' and end with '$'`); they are checked afterwards.
 */
const KEPT = new Set([
  'type',
  'properties',
  'required',
  'items',
  'prefixItems',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'allOf',
  '$ref',
  'additionalProperties',
  'minItems',
  'maxItems',
]);
const MAPS = new Set(['properties']);
const VALUES = new Set(['enum', 'const', 'type', 'required', '$ref', 'minItems', 'maxItems']);

/** A list of more than this many things is a grammar of as many rules. */
const LARGEST_COUNT = 32;

/** Schemas with their definitions side by side, each under a name of its own, so that one root can hold them all. */
class Definitions {
  readonly all: Record<string, unknown> = {};

  /** The schema with its definitions moved here and its references following them. */
  adopt(name: string, root: JsonSchema): JsonSchema {
    const rename = (pointer: string): string => {
      const key = pointer === '#' ? name : `${name}.${pointer.split('/').slice(2).join('.')}`;
      const safe = key.replace(/[^\w-]/g, '_');
      if (!(safe in this.all)) {
        this.all[safe] = {};
        this.all[safe] = plainSchema(partAt(root, pointer) ?? {}, rename);
      }
      return `#/$defs/${safe}`;
    };
    return plainSchema(root, rename);
  }
}

function plainSchema(schema: JsonSchema, rename: (pointer: string) => string): JsonSchema {
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    if (!KEPT.has(key)) return [];
    if (key === '$ref') return [[key, rename(String(value))]];
    if ((key === 'minItems' || key === 'maxItems') && Number(value) > LARGEST_COUNT) return [];
    if (VALUES.has(key)) return [[key, value]];
    if (MAPS.has(key) && isObject(value)) {
      return [[key, mapValues(value, (each) => (isObject(each) ? plainSchema(each, rename) : each))]];
    }
    if (Array.isArray(value)) return [[key, value.map((each) => (isObject(each) ? plainSchema(each, rename) : each))]];
    return [[key, isObject(value) ? plainSchema(value, rename) : value]];
  });
  return Object.fromEntries(entries);
}

function mapValues(fields: JsonFields, change: (value: unknown) => unknown): JsonFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value)]));
}

function record(properties: JsonFields): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** How narrow the union is: `loose` leaves the arguments open, for servers that refuse a schema of theirs. */
interface UnionOptions {
  readonly canAnswer: boolean;
  readonly isLoose: boolean;
  /** What an answer has to be, where the caller wants JSON. */
  readonly answer?: ChatRequest['output'];
}

/**
 * One schema with every tool in it: `{"tool": <name>, "arguments": <its schema>}` for each, and `{"answer": <text>}` where
 * the model may answer. One call a reply: an alternative with a list of calls makes small models call twice.
 */
export function toolUnion(tools: readonly OfferedTool[], options: UnionOptions): JsonSchema {
  const definitions = new Definitions();
  const calls = tools.map(({ name, parameters }) =>
    record({
      tool: { type: 'string', enum: [name] },
      arguments: options.isLoose ? { type: 'object' } : definitions.adopt(name, withType(parameters)),
    }),
  );
  const { answer } = options;
  const isSchema = typeof answer === 'object' && !options.isLoose;
  const words = isSchema
    ? definitions.adopt('answer', answer.schema)
    : { type: answer === undefined ? 'string' : 'object' };
  const alternatives = options.canAnswer ? [...calls, record({ answer: words })] : calls;
  const [only] = alternatives;
  const union = alternatives.length === 1 ? only! : { anyOf: alternatives };
  return Object.keys(definitions.all).length === 0 ? union : { ...union, $defs: definitions.all };
}

/** The arguments of one tool as a server can be held to them. */
export function argumentsSchema({ name, parameters }: OfferedTool): JsonSchema {
  const definitions = new Definitions();
  const schema = definitions.adopt(name, withType(parameters));
  return Object.keys(definitions.all).length === 0 ? schema : { ...schema, $defs: definitions.all };
}

function withType(parameters: JsonSchema): JsonSchema {
  return 'type' in parameters || 'anyOf' in parameters || '$ref' in parameters
    ? parameters
    : { type: 'object', ...parameters };
}
