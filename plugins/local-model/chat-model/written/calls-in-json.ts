import type { JsonSchema, OfferedTool } from '../../client/chat-request.ts';
import { isObject, type JsonFields } from '../../client/dialects/json-fields.ts';
import { readLenientJson } from './lenient-json.ts';

/** A call as it was read out of a text; `tool` is undefined where no offered tool has the name. */
export interface ReadCall {
  readonly name: string;
  readonly tool: OfferedTool | undefined;
  /** As the model gave them, not checked yet. */
  readonly arguments: JsonFields;
}

const NAMES = ['name', 'tool', 'tool_name', 'function', 'function_name'] as const;
const ARGUMENTS = ['arguments', 'parameters', 'args', 'input'] as const;
const LISTS = ['tool_calls', 'calls'] as const;
/** Stand beside a call and say nothing. */
const COMPANIONS = ['id', 'type'];

/** Keys that an object which is a call may begin with. */
export const CALL_KEYS: ReadonlySet<string> = new Set([...NAMES, ...ARGUMENTS, ...LISTS, ...COMPANIONS]);

/** Keys whose value names the tool. */
export const NAME_KEYS: ReadonlySet<string> = new Set(NAMES);

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]/g, '');
}

/** The offered tool that a model means by a name; models change case and separators. */
export function toolNamed(name: string, tools: readonly OfferedTool[]): OfferedTool | undefined {
  return tools.find((tool) => tool.name === name) ?? tools.find((tool) => plain(tool.name) === plain(name));
}

/** Names and types of a tool's arguments. */
function propertiesOf(schema: JsonSchema): JsonFields {
  return isObject(schema.properties) ? schema.properties : {};
}

/** `{"type": "object", "properties": {...}}` describes arguments and is none, unless the tool has such. */
function isSchemaEcho(given: JsonFields, tool: OfferedTool | undefined): boolean {
  const own = tool === undefined ? {} : propertiesOf(tool.parameters);
  return given.type === 'object' && isObject(given.properties) && !('properties' in own);
}

function argumentsOf(call: JsonFields, nameKey: string, tool: OfferedTool | undefined): JsonFields | undefined {
  const key = ARGUMENTS.find((each) => each in call);
  if (key !== undefined) {
    const given = call[key];
    if (given === null || given === '') return {};
    const read = typeof given === 'string' ? readLenientJson(given) : given;
    return isObject(read) && !isSchemaEcho(read, tool) ? read : undefined;
  }
  // Some write the arguments beside the name.
  const beside = Object.fromEntries(
    Object.entries(call).filter(([each]) => each !== nameKey && !COMPANIONS.includes(each)),
  );
  if (tool === undefined) return undefined;
  const own = propertiesOf(tool.parameters);
  const required = Array.isArray(tool.parameters.required) ? tool.parameters.required.map(String) : [];
  const fits = Object.keys(beside).every((each) => each in own) && required.every((each) => each in beside);
  return fits ? beside : undefined;
}

function callOf(value: JsonFields, tools: readonly OfferedTool[]): ReadCall | undefined {
  if (isObject(value.function)) return callOf(value.function, tools);
  const nameKey = NAMES.find((key) => typeof value[key] === 'string');
  // What is described is being listed, not called.
  if (nameKey === undefined || 'description' in value) return undefined;
  const name = value[nameKey] as string;
  const tool = toolNamed(name, tools);
  const given = argumentsOf(value, nameKey, tool);
  return given === undefined ? undefined : { name: tool?.name ?? name, tool, arguments: given };
}

/**
 * The calls that a JSON value is, in each form that models write: `{"name", "arguments"}` with the words they have for
 * both, `{"function": {...}}`, `{"tool": ...}`, arguments as a text or beside the name, a list of these, and
 * `{"tool_calls": [...]}`. Undefined for a value that is anything else, in whole or in part.
 */
export function callsInJson(value: unknown, tools: readonly OfferedTool[]): readonly ReadCall[] | undefined {
  if (Array.isArray(value)) {
    const calls = value.map((each) => callsInJson(each, tools));
    return calls.length > 0 && calls.every((each) => each !== undefined) ? calls.flat() : undefined;
  }
  if (!isObject(value)) return undefined;
  const list = LISTS.find((key) => Array.isArray(value[key]));
  if (list !== undefined) return callsInJson(value[list], tools);
  const call = callOf(value, tools);
  return call && [call];
}
