import { isSchemaObject } from '../grammar/json-schema.ts';

/** Keywords that tell a model nothing and cost tokens. */
const NOISE = new Set(['$schema', '$id', 'title', 'additionalProperties']);

/** A tool as models read it: one line of JSON in the form of OpenAI's wire. */
export function toolSignature({
  name,
  description,
  parameters,
}: {
  readonly name: string;
  readonly description?: string | null;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
}): string {
  const said = { name, description: description ?? '', parameters: withoutNoise(parameters ?? {}) };
  return JSON.stringify({ type: 'function', function: said });
}

function withoutNoise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNoise);
  if (!isSchemaObject(value)) return value;
  const entries = Object.entries(value).filter(([key, inner]) => !NOISE.has(key) || isSchemaObject(inner));
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNoise(inner)]));
}
