import type { OfferedTool } from '../../client/chat-request.ts';
import { toolNamed, type ReadCall } from './calls-in-json.ts';
import { readLenientJson } from './lenient-json.ts';

/** Opens a call in the tags of Llama 3 and Qwen3-Coder. */
export const FUNCTION_TAG = /^<function=["']?([\w.-]+)["']?>/;

const END = /<\/function>|<\/tool_call>|<function=|$/;
const PARAMETER = /<parameter=["']?([\w.-]+)["']?>\n?([\s\S]*?)\n?(?:<\/parameter>|(?=<parameter=)|$)/g;

/** A call in tags, and where the text goes on. */
interface TaggedCall {
  readonly call: ReadCall;
  readonly end: number;
}

/**
 * The call at the start of a text: `<function=name>{json}</function>`, or Qwen3-Coder's `<function=name>` with
 * `<parameter=key>value</parameter>` in it, whose values are texts of what they mean. Undefined where its arguments cannot
 * be read, or where it was cut.
 */
export function readFunctionTag(text: string, tools: readonly OfferedTool[], isCut: boolean): TaggedCall | undefined {
  const opened = FUNCTION_TAG.exec(text);
  if (opened === null) return undefined;
  const start = opened[0].length;
  const rest = text.slice(start);
  const ending = END.exec(rest)!;
  if (isCut && ending[0] === '') return undefined;
  const inner = rest.slice(0, ending.index).trim();
  const given = argumentsIn(inner, isCut);
  if (given === undefined) return undefined;
  const tool = toolNamed(opened[1]!, tools);
  const closing = ending[0].startsWith('</') ? ending[0].length : 0;
  return {
    call: { name: tool?.name ?? opened[1]!, tool, arguments: given },
    end: start + ending.index + closing,
  };
}

function argumentsIn(inner: string, isCut: boolean): Readonly<Record<string, unknown>> | undefined {
  if (inner === '') return {};
  if (inner.startsWith('{')) return readLenientJson(inner, isCut) as Readonly<Record<string, unknown>> | undefined;
  const pairs = [...inner.matchAll(PARAMETER)].map(([, key, value]) => [key!, value!] as const);
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}
