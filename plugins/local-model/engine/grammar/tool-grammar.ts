import { GrammarRules } from './grammar-rules.ts';
import { schemaRule } from './json-schema-grammar.ts';
import { isSchemaObject, type JsonSchema } from './json-schema.ts';

/**
 * The grammar of what follows `"arguments":` in a call: a blank, the arguments by the tool's own schema, and the brace that
 * ends the call. That brace is needed: models write it in one token with what comes before it, and one that may not end a
 * number so goes on with digits.
 */
export function argumentsGrammar(parameters: JsonSchema | undefined): string {
  const rules = new GrammarRules();
  return rules.toText(`" " ${schemaRule(argumentsSchema(parameters), rules)} "}"`);
}

/**
 * The grammar of an answer in words: anything that does not begin like a call. It is used where a call is not wanted and
 * the model would otherwise write one as text.
 */
export const WORDS_GRAMMAR = String.raw`root ::= [^{\[<\x60 \t\r\n] [^\x00]*`;

/** Arguments are always an object: a schema of another type, or none, becomes an empty or an open object. */
function argumentsSchema(parameters: JsonSchema | undefined): JsonSchema {
  if (parameters === undefined || Object.keys(parameters).length === 0) return { type: 'object', properties: {} };
  const isComposed = ['$ref', 'anyOf', 'oneOf', 'allOf'].some((keyword) => parameters[keyword] !== undefined);
  if (isComposed) return parameters;
  const isObject = parameters.type === 'object' || isSchemaObject(parameters.properties);
  return isObject ? { ...parameters, type: 'object' } : { type: 'object' };
}
