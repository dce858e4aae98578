import type { JsonSchema } from '../tool-case.ts';

/** The schema of an object; `required` names what may not be left out. */
export const object = (properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
});
export const text = (description: string): JsonSchema => ({ type: 'string', description });
export const choice = (values: readonly string[], description?: string): JsonSchema => ({
  type: 'string',
  enum: values,
  ...(description === undefined ? {} : { description }),
});
