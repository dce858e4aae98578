import type { JsonSchema } from '../../chat-request.ts';

/** Where a root stands that its own parts refer to. */
const ROOT = '#/$defs/root';

/**
 * The schema with every reference leading to a part of it: one that leads nowhere, elsewhere or in a circle becomes
 * any value, and where a part refers to the root, which llama.cpp cannot, the root becomes a definition. Pure.
 */
export function keepKnownReferences(schema: JsonSchema): JsonSchema {
  const { $defs: definitions, ...bare } = withReferences(schema, (reference) =>
    isKnown(schema, reference) ? reference : undefined,
  );
  const whole = definitions === undefined ? bare : { ...bare, $defs: definitions };
  if (!hasReferenceToRoot(whole)) return whole;
  const moved = (reference: string): string => {
    const isDefinition = reference.startsWith('#/$defs/');
    return isDefinition ? reference : `${ROOT}${reference.slice(1)}`;
  };
  const { $defs: kept = {}, ...root } = withReferences(whole, moved);
  return { $ref: ROOT, $defs: { ...(kept as JsonSchema), root } };
}

function hasReferenceToRoot(part: unknown): boolean {
  if (Array.isArray(part)) return part.some(hasReferenceToRoot);
  if (typeof part !== 'object' || part === null) return false;
  return (part as JsonSchema).$ref === '#' || Object.values(part).some(hasReferenceToRoot);
}

/** Each reference as `change` has it; any value where that is undefined. What is only a value is left alone. */
function withReferences(schema: JsonSchema, change: (reference: string) => string | undefined): JsonSchema {
  const entries = Object.entries(schema).flatMap(([word, part]): [string, unknown][] => {
    if (word === 'enum' && Array.isArray(part)) return [[word, part]];
    if (word !== '$ref' || typeof part !== 'string') return [[word, within(part, change)]];
    const reference = change(part);
    return reference === undefined ? [] : [[word, reference]];
  });
  return Object.fromEntries(entries);
}

function within(part: unknown, change: (reference: string) => string | undefined): unknown {
  if (Array.isArray(part)) return part.map((each) => within(each, change));
  return typeof part === 'object' && part !== null ? withReferences(part as JsonSchema, change) : part;
}

/** A reference that leads back to itself before any value is no rule of a grammar. */
function isKnown(root: JsonSchema, first: string): boolean {
  const seen = new Set([first]);
  for (const reference of seen) {
    const next = directReferences(partAt(root, reference));
    if (next.includes(first)) return false;
    for (const each of next) seen.add(each);
  }
  return partAt(root, first) !== undefined;
}

/** What a value of the schema has to fit as well, or instead. */
function directReferences(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { $ref: reference, anyOf = [], oneOf = [], allOf = [] } = part as JsonSchema;
  const choices = [anyOf, oneOf, allOf].flat().flatMap(directReferences);
  return typeof reference === 'string' ? [reference, ...choices] : choices;
}

/** The schema that a reference within `root` names, RFC 6901 in a fragment; undefined where there is none. */
export function partAt(root: JsonSchema, pointer: string): JsonSchema | undefined {
  if (pointer === '#') return root;
  if (!pointer.startsWith('#/')) return undefined;
  let part: unknown = root;
  for (const step of pointer.slice(2).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const isHere = typeof part === 'object' && part !== null && Object.hasOwn(part, key);
    part = isHere ? (part as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return typeof part === 'object' && part !== null && !Array.isArray(part) ? (part as JsonSchema) : undefined;
}
