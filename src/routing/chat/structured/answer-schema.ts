import { Validator } from '@cfworker/json-schema';
import { toJsonSchema } from '@langchain/core/utils/json_schema';
import { isStandardSchema } from '@langchain/core/utils/standard_schema';
import { interopSafeParseAsync, isInteropZodSchema, isZodSchemaV4 } from '@langchain/core/utils/types';
import type { createContentParser } from '@langchain/core/language_models/structured_output';
import { z } from 'zod';
import { InputRejectedError } from '../../../contracts/errors/host-errors.ts';
import { issueLines, issueLinesOfUnits } from './issue-lines.ts';
import type { JsonOpeners } from './json-in-text.ts';

/** A zod schema, another standard schema, or a JSON schema. */
export type OutputSchema = Parameters<typeof createContentParser>[0];

/** A value that fits, as the schema transforms it, or why one does not, one line each. */
type CheckedValue = { readonly value: unknown } | { readonly issues: readonly string[] };

type JsonSchema = Readonly<Record<string, unknown>>;

/** What servers take for a name. */
const NAME = /^[\w-]{1,64}$/;

/** What an answer has to be: as JSON schema for the model, and as a check of what it wrote. */
export interface AnswerSchema {
  readonly name: string;
  readonly json: JsonSchema;
  /** What JSON of it begins with. */
  readonly openers: JsonOpeners;
  /** Throws InputRejectedError for a JSON schema that is none. */
  check(value: unknown): Promise<CheckedValue>;
}

/** Reads a schema in any of its forms; a JSON schema may be wrapped as `{name, parameters}`. */
export function toAnswerSchema(schema: OutputSchema, wantedName?: string): AnswerSchema {
  const { name: ownName, parameters } = schema as { readonly name?: unknown; readonly parameters?: unknown };
  const isWrapped = typeof ownName === 'string' && typeof parameters === 'object' && parameters !== null;
  const form = isWrapped ? (parameters as OutputSchema) : schema;
  const json = jsonFormOf(form);
  const names = [wantedName, json.title, ownName].filter((name): name is string => typeof name === 'string');
  const name = wantedName ?? names.find((each) => NAME.test(each)) ?? 'answer';
  return { name, json, openers: openersOf(json), check: checkOf(form, json) };
}

function openersOf(json: JsonSchema): JsonOpeners {
  if (json.type === 'object' || (json.type === undefined && json.properties !== undefined)) return '{';
  return json.type === 'array' ? '[' : '{[';
}

/** What a model writes is what goes into the schema: what has a default may be absent, what is transformed is as before. */
function jsonFormOf(schema: OutputSchema): JsonSchema {
  // LangChain's own translation follows a schema that refers to itself for ever.
  if (!isZodSchemaV4(schema)) return toJsonSchema(schema);
  return z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any', override: completeForm });
}

/** Objects take no other names than zod keeps, and dates are written as texts. */
function completeForm({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const { def } = zodSchema._zod;
  if (def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
  if (def.type === 'object') jsonSchema.additionalProperties ??= false;
}

function checkOf(schema: OutputSchema, json: JsonSchema): AnswerSchema['check'] {
  if (isInteropZodSchema(schema)) {
    return async (value) => {
      const result = await interopSafeParseAsync(schema, value);
      return result.success ? { value: result.data } : { issues: issueLines(result.error.issues) };
    };
  }
  if (isStandardSchema(schema)) {
    return async (value) => {
      const result = await schema['~standard'].validate(value);
      return result.issues === undefined ? { value: result.value } : { issues: issueLines(result.issues) };
    };
  }
  return async (value) => {
    const { valid: isValid, errors } = validate(json, value);
    return isValid ? { value } : { issues: issueLinesOfUnits(errors) };
  };
}

function validate(json: JsonSchema, value: unknown): ReturnType<Validator['validate']> {
  const isOld = typeof json.$schema === 'string' && /draft-0[4-7]/.test(json.$schema);
  try {
    return new Validator(json, isOld ? '7' : '2020-12', false).validate(value);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new InputRejectedError(`the JSON schema of the answer cannot be used (${reason}); correct it`, {
      cause: error,
    });
  }
}
