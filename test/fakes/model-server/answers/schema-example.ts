import { isRecord } from '../http/call.ts';

/** The smallest value that fits a JSON schema of the usual kinds; objects get their required fields (all, when none is required). */
export function exampleFor(schema: unknown): unknown {
  if (!isRecord(schema)) return {};
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return exampleFor(choices[0]);
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  if (type === 'string') return 'text';
  if (type === 'integer' || type === 'number') return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'array') return [exampleFor(schema['items'])];
  return objectFor(schema);
}

function objectFor(schema: Record<string, unknown>): Record<string, unknown> {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const names = Array.isArray(schema['required']) ? schema['required'].map(String) : Object.keys(properties);
  return Object.fromEntries(names.map((name) => [name, exampleFor(properties[name])]));
}
