import { Ajv, type ValidateFunction } from 'ajv';
import type { OfferedTool } from '../cases/tool-case.ts';
import type { MadeCall } from '../conversation.ts';

const ajv = new Ajv({ strict: false });
const compiled = new Map<object, ValidateFunction>();

function validatorOf({ parameters }: OfferedTool): ValidateFunction {
  const validator = compiled.get(parameters) ?? ajv.compile(parameters);
  compiled.set(parameters, validator);
  return validator;
}

/** Why a call is not valid: it names no offered tool, or its arguments do not keep to the schema; undefined for a valid one. */
export function faultOfCall(call: MadeCall, tools: readonly OfferedTool[]): string | undefined {
  const tool = tools.find(({ name }) => name === call.name);
  if (tool === undefined) return `there is no tool ${call.name}`;
  const validator = validatorOf(tool);
  if (validator(call.arguments)) return undefined;
  const [error] = validator.errors ?? [];
  return `${call.name}${error?.instancePath ?? ''} ${error?.message ?? 'does not keep to its schema'}`;
}

/** Whether an answer in words is a call that was written as text, which no program would run and no person wants to read. */
export function isWrittenCall(text: string, tools: readonly OfferedTool[]): boolean {
  const bare = text.replace(/^(?:\s|`{3}\w*|<tool_call>|<tools?>)+/, '');
  const name = /^[{[][\s\S]{0,20}?"(?:name|tool|function|tool_name)"\s*:\s*"([^"]+)"/.exec(bare)?.[1];
  return name !== undefined && tools.some((tool) => tool.name === name);
}
