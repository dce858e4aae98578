import { GrammarRules, literal, stringCharacter } from './grammar-rules.ts';
import { schemaRule } from './json-schema-grammar.ts';
import { isSchemaObject, type JsonSchema } from './json-schema.ts';

/** A tool as the grammar needs it. */
export interface ToolShape {
  readonly name: string;
  readonly parameters?: JsonSchema;
}

/**
 * The grammar of a turn with tools: exactly one call, `{"name": "...", "arguments": {...}}` with that tool's own schema,
 * or, where `mayAnswer`, `{"answer": "..."}`. On small models this union scores best of all ways to ask for calls.
 */
export function toolGrammar(tools: readonly ToolShape[], mayAnswer: boolean): string {
  const rules = new GrammarRules();
  const calls = tools.map((tool) => {
    const parameters = schemaRule(argumentsSchema(tool.parameters), rules);
    return rules.add(
      `call-${tool.name}`,
      `${literal(`"name": ${JSON.stringify(tool.name)}, "arguments": `)} ${parameters}`,
    );
  });
  const answer = `"\\"answer\\": \\"" ${stringCharacter(rules)}+ "\\""`;
  const options = mayAnswer ? [...calls, rules.add('answer', answer)] : calls;
  return rules.toText(`"{" (${options.join(' | ')}) "}"`);
}

/** Arguments are always an object: a schema of another type, or none, becomes an empty or an open object. */
export function argumentsSchema(parameters: JsonSchema | undefined): JsonSchema {
  if (parameters === undefined || Object.keys(parameters).length === 0) return { type: 'object', properties: {} };
  const isObject = parameters.type === 'object' || isSchemaObject(parameters.properties);
  const isComposed = ['$ref', 'anyOf', 'oneOf', 'allOf'].some((keyword) => parameters[keyword] !== undefined);
  if (isComposed) return parameters;
  return isObject ? { ...parameters, type: 'object' } : { type: 'object' };
}
