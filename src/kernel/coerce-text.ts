/** The part of a JSON schema that says how a text from a command line or an environment becomes a value. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: ValueSchema | boolean;
  readonly anyOf?: readonly ValueSchema[];
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
}

const TRUE = /^(true|1|yes|on)$/i;
const FALSE = /^(false|0|no|off)$/i;

/** Every type a schema allows; empty when it allows anything. */
export function typesOf(schema: ValueSchema): readonly string[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(typesOf);
  if (schema.type === undefined) return [];
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
}

/**
 * Reads a text as the schema's type; a text that is no such value is given back as it is, so that the schema itself says
 * what is wrong with it.
 */
export function coerceText(text: string, schema: ValueSchema): unknown {
  const types = typesOf(schema);
  const isNumber = types.includes('number') || types.includes('integer');
  if (isNumber && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (types.includes('boolean')) {
    if (TRUE.test(text)) return true;
    if (FALSE.test(text)) return false;
  }
  if (types.includes('array') && !types.includes('string')) {
    const items = typeof schema.items === 'object' ? schema.items : {};
    return text === '' ? [] : text.split(',').map((part) => coerceText(part.trim(), items));
  }
  return text;
}
