import { Validator, type Schema } from '@cfworker/json-schema';
import type { JsonSchema } from '../../client/chat-request.ts';

/** Lines that say what does not fit; a model is shown no more. */
const MOST_LINES = 5;

/** Keywords that say that something within does not fit, and nothing else. */
const WRAPPERS = new Set(['properties', 'items', 'prefixItems', '$ref', 'allOf', 'additionalProperties', 'if']);

function draftOf({ $schema }: JsonSchema): '4' | '7' | '2019-09' | '2020-12' {
  const name = typeof $schema === 'string' ? $schema : '';
  if (name.includes('draft-04')) return '4';
  if (name.includes('draft-07') || name.includes('draft-06')) return '7';
  return name.includes('2019-09') ? '2019-09' : '2020-12';
}

/** What of a value does not fit a schema, one line each; none where it fits, or where the schema itself cannot be read. */
export function problemsWith(value: unknown, schema: JsonSchema): readonly string[] {
  try {
    // The validator writes into the schema, which belongs to the caller.
    const own = JSON.parse(JSON.stringify(schema)) as Schema;
    const { valid, errors } = new Validator(own, draftOf(schema), false).validate(value);
    if (valid) return [];
    const told = errors.filter(({ keyword }) => !WRAPPERS.has(keyword));
    const lines = (told.length === 0 ? errors : told).map(
      ({ instanceLocation, error }) => `${instanceLocation.replace(/^#\/?/, '') || 'arguments'}: ${error}`,
    );
    return [...new Set(lines)].slice(0, MOST_LINES);
  } catch {
    // An unresolved reference or a pattern that is none: nobody can say whether the value fits.
    return [];
  }
}

/** Whether a value fits a schema. */
export function fits(value: unknown, schema: JsonSchema): boolean {
  return problemsWith(value, schema).length === 0;
}
