import { isSchemaObject, typesOf, type JsonSchema } from '../grammar/json-schema.ts';
import type { WireTool } from './chat-request.ts';

/** Descriptions longer than this are cut: each token costs a small machine some 20 ms before the first word. */
const MAX_DESCRIPTION = 300;

/** The text that tells a model which tools it has and in which form to reply; it goes into the system message. */
export function toolPrompt(tools: readonly WireTool[], mayAnswer: boolean): string {
  const lines = tools.map(({ function: { name, description, parameters } }) => {
    const about = shortened(description ?? '');
    return `- ${name}: ${about} Arguments: ${signature(parameters ?? undefined)}`;
  });
  const call = 'To use a tool, reply with {"name": "<tool>", "arguments": {...}}.';
  const answer = mayAnswer
    ? 'Use a tool only when the request needs what it does. For everything else (greetings, general knowledge, writing, explanations) reply with {"answer": "<your full reply to the user>"}.'
    : 'Reply with a tool call.';
  return ['Tools:', ...lines, '', call, answer].join('\n');
}

/** Arguments in the short form of a TypeScript type, a third of the tokens of their schema. */
function signature(parameters: JsonSchema | undefined): string {
  return typeText(parameters ?? { type: 'object', properties: {} }, 0);
}

function typeText(schema: unknown, depth: number): string {
  if (!isSchemaObject(schema) || depth > 4) return 'any';
  const values = Array.isArray(schema.enum) ? schema.enum : schema.const === undefined ? [] : [schema.const];
  if (values.length > 0) return values.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = [schema.anyOf, schema.oneOf].find((list) => Array.isArray(list));
  if (Array.isArray(alternatives)) return alternatives.map((inner) => typeText(inner, depth + 1)).join(' | ');
  return typesOf(schema)
    .map((type) => ofType(type, schema, depth))
    .join(' | ');
}

function ofType(type: string, schema: JsonSchema, depth: number): string {
  if (type === 'array') return `${typeText(schema.items, depth + 1)}[]`;
  if (type !== 'object') return type;
  const properties = isSchemaObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const members = Object.entries(properties).map(([name, inner]) => {
    const about =
      isSchemaObject(inner) && typeof inner.description === 'string' ? ` (${shortened(inner.description)})` : '';
    return `"${name}"${required.includes(name) ? '' : '?'}: ${typeText(inner, depth + 1)}${about}`;
  });
  return `{${members.join(', ')}}`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= MAX_DESCRIPTION ? line : `${line.slice(0, MAX_DESCRIPTION)}...`;
}
