import type { OfferedTool } from '../../client/chat-request.ts';
import { callsInJson, toolNamed, type ReadCall } from './calls-in-json.ts';
import { readFunctionTag } from './function-tags.ts';
import { endOfValue, readLenientJson } from './lenient-json.ts';
import { gapLength, openingLength } from './markers.ts';

interface ReadPart {
  readonly calls: readonly ReadCall[];
  readonly end: number;
}

/** Mistral's newer form after its token: `name[ARGS]{...}` or `name{...}`. */
const NAMED = /^([\w.-]+)\s*(?:\[ARGS\])?\s*(?=\{)/;

/** Closers that end a value whose own brackets are not closed. */
const CLOSER = /<\/\w+>|```/;

function readValue(text: string, isCut: boolean): { value: unknown; end: number } | undefined {
  const closed = endOfValue(text, 0);
  const end = closed ?? CLOSER.exec(text)?.index ?? text.length;
  const value = readLenientJson(text.slice(0, end), isCut && end === text.length && closed === undefined);
  return value === undefined ? undefined : { value, end };
}

function readPart(text: string, tools: readonly OfferedTool[], isCut: boolean): ReadPart | undefined {
  const tagged = readFunctionTag(text, tools, isCut);
  if (tagged !== undefined) return { calls: [tagged.call], end: tagged.end };
  const found = NAMED.exec(text);
  const tool = found === null ? undefined : toolNamed(found[1]!, tools);
  const named = tool === undefined ? null : found;
  const start = named?.[0].length ?? 0;
  if (!/^[{[]/.test(text.slice(start))) return undefined;
  const read = readValue(text.slice(start), isCut);
  if (read === undefined) return undefined;
  const end = start + read.end;
  if (tool !== undefined) {
    return { calls: [{ name: tool.name, tool, arguments: read.value as ReadCall['arguments'] }], end };
  }
  const calls = callsInJson(read.value, tools);
  return calls && { calls, end };
}

/**
 * The calls at the start of a text, as far as one follows another; what comes after them is dropped, since it speaks of
 * results that the model has not seen. Undefined where there is none. With `isCut`, the text ended at the limit of its
 * output, and half a call is none.
 */
export function readCalls(text: string, tools: readonly OfferedTool[], isCut = false): readonly ReadCall[] | undefined {
  const calls: ReadCall[] = [];
  let rest = text.slice(openingLength(text));
  for (;;) {
    const part = readPart(rest, tools, isCut);
    if (part === undefined) break;
    calls.push(...part.calls);
    rest = rest.slice(part.end);
    rest = rest.slice(gapLength(rest));
  }
  return calls.length === 0 ? undefined : calls;
}
