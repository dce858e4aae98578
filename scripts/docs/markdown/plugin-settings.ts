import { z } from 'zod';
import { code } from './table.ts';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** Rows of the settings of one plugin: path, what is wanted, default, meaning. */
export function pluginSettings(id: string, schema: z.ZodType): string[][] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return [...rowsBelow(json, `plugins.${id}`)];
}

function* rowsBelow(schema: JsonSchema, path: string): Generator<string[]> {
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    const own = `${path}.${key}`;
    if (field.properties === undefined) yield [code(own), wanted(field), code(field.default), field.description ?? ''];
    else yield* rowsBelow(field, own);
  }
}

function wanted({ type, enum: choices, minimum, maximum }: JsonSchema): string {
  if (choices !== undefined) return `one of ${choices.map(code).join(', ')}`;
  const isBounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const range = isBounded ? ` from ${minimum} to ${maximum}` : '';
  return `${[type ?? 'any'].flat().join(' or ')}${range}`;
}
