import type { StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import { InputRejectedError } from '../../../contracts/errors/host-errors.ts';
import type { AnswerSchema } from './answer-schema.ts';
import type { JsonOpeners } from './json-in-text.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Name of the only field of a call whose answer is no object; a call has an object of arguments. */
const FIELD = 'value';

/** How a model is asked for an answer of a schema, and where in what it writes the answer is. */
export interface AnswerForm {
  /** Options of the call. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The answer is the arguments of a call rather than the text. */
  readonly isCall: boolean;
  readonly openers: JsonOpeners;
  /** The answer within what was written; undefined where it is not yet there. */
  unwrap(written: unknown): unknown;
}

/**
 * LangChain's three ways of asking: `jsonSchema` (the default) holds the answer to the schema, `functionCalling` forces
 * the call of a tool with its fields, `jsonMode` asks for any JSON and leaves the rest to the prompt.
 */
export function toAnswerForm(
  schema: AnswerSchema,
  { method = 'jsonSchema', strict }: Pick<StructuredOutputMethodOptions, 'method' | 'strict'>,
): AnswerForm {
  if (method === 'functionCalling') return callForm(schema, strict);
  if (method === 'jsonMode') return textForm(schema, { type: 'json_object' });
  if (method !== 'jsonSchema') {
    throw new InputRejectedError(`structured output by ${method}: use jsonSchema, functionCalling or jsonMode`);
  }
  const json_schema = { name: schema.name, schema: schema.json, strict: strict ?? true };
  return textForm(schema, { type: 'json_schema', json_schema });
}

function textForm({ openers }: AnswerSchema, response_format: JsonSchema): AnswerForm {
  return { options: { response_format }, isCall: false, openers, unwrap: (written) => written };
}

function callForm({ name, json, openers }: AnswerSchema, strict: boolean | undefined): AnswerForm {
  const isObject = openers === '{';
  const { description = `Gives the ${name}.` } = json;
  const parameters = isObject ? json : wrapped(json);
  const tool = {
    type: 'function',
    function: { name, description, parameters, ...(strict !== undefined && { strict }) },
  };
  const unwrap = (written: unknown): unknown =>
    isObject ? written : (written as Readonly<Record<string, unknown>> | undefined)?.[FIELD];
  return { options: { tools: [tool], tool_choice: name }, isCall: true, openers: '{', unwrap };
}

function wrapped(json: JsonSchema): JsonSchema {
  const value = withMovedReferences(json, `#/properties/${FIELD}`);
  return { type: 'object', properties: { [FIELD]: value }, required: [FIELD], additionalProperties: false };
}

/** References count from the root, which is now further up. */
function withMovedReferences(part: unknown, root: string): unknown {
  if (Array.isArray(part)) return part.map((each) => withMovedReferences(each, root));
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([key, value]): [string, unknown] => {
    const isReference = key === '$ref' && typeof value === 'string' && value.startsWith('#');
    return [key, isReference ? `${root}${value.slice(1)}` : withMovedReferences(value, root)];
  });
  return Object.fromEntries(entries);
}
