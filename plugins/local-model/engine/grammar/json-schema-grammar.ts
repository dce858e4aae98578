import { arrayRule, literalRule, numberRule, objectRule, stringRule, type ValueRule } from './schema-rules.ts';
import { anyValue } from './any-value.ts';
import { GrammarRules } from './grammar-rules.ts';
import { alternativesOf, isSchemaObject, mergedSchema, typesOf, type JsonSchema } from './json-schema.ts';

/** Nesting beyond this accepts any value: a schema that deep is no help to a model and a burden to the sampler. */
const MAX_DEPTH = 24;

/** A grammar that accepts JSON texts of a schema, with one blank after each comma and colon and none elsewhere. */
export function jsonSchemaGrammar(schema: JsonSchema): string {
  const rules = new GrammarRules();
  return rules.toText(schemaRule(schema, rules));
}

/** A grammar that accepts any JSON object. */
export function jsonObjectGrammar(): string {
  const rules = new GrammarRules();
  return rules.toText(anyValue(rules).object);
}

/**
 * Adds the rules of a schema and returns the expression that matches it. What a grammar cannot say (`pattern`, `format`,
 * numeric bounds, extra properties beside named ones, `not`, `if`) or should not (very long length bounds) is dropped, so
 * that the result is valid JSON of the right shape and the caller checks the rest; it never throws.
 */
export function schemaRule(schema: JsonSchema, rules: GrammarRules): string {
  return new SchemaWriter(schema, rules).value(schema, 'value', 0);
}

class SchemaWriter {
  readonly #root: JsonSchema;
  readonly #rules: GrammarRules;
  readonly #references = new Map<string, string>();

  constructor(root: JsonSchema, rules: GrammarRules) {
    this.#root = root;
    this.#rules = rules;
  }

  value(given: unknown, hint: string, depth: number): string {
    if (!isSchemaObject(given) || depth > MAX_DEPTH) return anyValue(this.#rules).value;
    if (typeof given.$ref === 'string') return this.#reference(given.$ref, depth);
    const schema = mergedSchema(given, (pointer) => this.#resolve(pointer));
    const literals = literalRule(schema);
    if (literals !== undefined) return this.#rules.add(hint, literals);
    const alternatives = alternativesOf(schema);
    const nested: ValueRule = (inner, name) => this.value(inner, `${hint}-${name}`, depth + 1);
    if (alternatives !== undefined) {
      const bodies = alternatives.map((alternative, index) => nested(alternative, `option-${index + 1}`));
      return this.#rules.add(hint, this.#nullable(schema, bodies));
    }
    const bodies = typesOf(schema).map((type) => this.#ofType(type, schema, nested));
    const [only] = bodies;
    const isPlain = only !== undefined && bodies.length === 1 && schema.nullable !== true;
    return isPlain ? only : this.#rules.add(hint, this.#nullable(schema, bodies));
  }

  #nullable(schema: JsonSchema, bodies: string[]): string {
    const all = schema.nullable === true && !bodies.includes('"null"') ? [...bodies, '"null"'] : bodies;
    return [...new Set(all)].join(' | ');
  }

  #ofType(type: string, schema: JsonSchema, nested: ValueRule): string {
    if (type === 'object') return this.#rules.add('object', objectRule(schema, this.#rules, nested));
    if (type === 'array') return this.#rules.add('array', arrayRule(schema, this.#rules, nested));
    if (type === 'string') return this.#rules.add('string', stringRule(schema, this.#rules));
    if (type === 'number' || type === 'integer') return this.#rules.add(type, numberRule(schema, type === 'integer'));
    if (type === 'boolean') return this.#rules.add('boolean', '"true" | "false"');
    if (type === 'null') return '"null"';
    return anyValue(this.#rules).value;
  }

  /** A reference is a rule of its own, reserved before its body is written: schemas may refer to themselves. */
  #reference(pointer: string, depth: number): string {
    const known = this.#references.get(pointer);
    if (known !== undefined) return known;
    const target = this.#resolve(pointer);
    if (target === undefined) return anyValue(this.#rules).value;
    const name = this.#rules.reserve(`definition-${pointer.split('/').at(-1) ?? ''}`);
    this.#references.set(pointer, name);
    const body = this.value(target, `${name}-value`, depth + 1);
    // A definition that is only a reference to itself has no values; any value stands in for it.
    this.#rules.define(name, body === name ? anyValue(this.#rules).value : body);
    return name;
  }

  #resolve(pointer: string): JsonSchema | undefined {
    if (pointer === '#') return this.#root;
    if (!pointer.startsWith('#/')) return undefined;
    let current: unknown = this.#root;
    for (const part of pointer.slice(2).split('/')) {
      const key = decodePointer(part);
      current = isSchemaObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
    }
    return isSchemaObject(current) ? current : undefined;
  }
}

function decodePointer(part: string): string {
  const plain = part.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
