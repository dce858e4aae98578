import type { BindToolsInput } from '@langchain/core/language_models/chat_models';
import { convertToOpenAITool } from '@langchain/core/utils/function_calling';
import { mapSchema } from '../common/json-schema.ts';
import { asFields, type Fields } from '../common/watched-reply.ts';

function fitNode(node: Fields): Fields {
  const { const: only, $schema: _, ...kept } = node;
  return only === undefined ? kept : { ...kept, enum: [only] };
}

/** A schema in the words that Gemini reads (reference of `GenerationConfig.responseJsonSchema`); others it passes over. */
export function toGeminiSchema(schema: unknown): unknown {
  return mapSchema(schema, fitNode);
}

function toDeclaration(tool: BindToolsInput): Fields {
  const converted = asFields(convertToOpenAITool(tool));
  const { name, description, parameters } = asFields(converted.function ?? converted);
  const schema = toGeminiSchema(parameters ?? { type: 'object', properties: {} });
  return { name, description: description ?? name, parametersJsonSchema: schema };
}

function isOwn(tool: BindToolsInput): boolean {
  return 'functionDeclarations' in tool;
}

/**
 * Tools as declarations with their schemas as they are, those of Gemini's own form unchanged. The package would write an
 * older form, which knows no choice between types, no reference and no record: it throws at some of these and loses the
 * rest without a word. All declarations stand in one tool, since Gemini refuses several.
 */
export function toGeminiTools(tools: readonly BindToolsInput[]): BindToolsInput[] {
  const functionDeclarations = tools.filter((tool) => !isOwn(tool)).map(toDeclaration);
  const own = tools.filter(isOwn);
  return functionDeclarations.length === 0 ? own : [...own, { functionDeclarations }];
}
