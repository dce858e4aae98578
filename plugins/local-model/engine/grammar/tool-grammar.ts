import { GrammarRules, literal } from './grammar-rules.ts';
import { schemaRule } from './json-schema-grammar.ts';
import { isSchemaObject, type JsonSchema } from './json-schema.ts';

/** A tool as the grammar needs it. */
export interface ToolShape {
  readonly name: string;
  readonly parameters?: JsonSchema;
}

/** The grammar of a call: exactly one of the tools, `{"name": "...", "arguments": {...}}` with that tool's own schema. */
export function toolGrammar(tools: readonly ToolShape[]): string {
  const rules = new GrammarRules();
  const calls = tools.map((tool) => {
    const parameters = schemaRule(argumentsSchema(tool.parameters), rules);
    const start = literal(`"name": ${JSON.stringify(tool.name)}, "arguments": `);
    return rules.add(`call-${tool.name}`, `${start} ${parameters}`);
  });
  return rules.toText(`"{" (${calls.join(' | ')}) "}"`);
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
