import { isWoosterError } from 'wooster';
import type { ChatRequest } from '../../client/chat-request.ts';
import { asObject, type JsonFields } from '../../client/dialects/json-fields.ts';
import { mendArguments } from '../arguments/mend-arguments.ts';
import { endOfValue, readLenientJson } from '../written/lenient-json.ts';
import { PULSE, type ReplyPiece } from './exchanges.ts';
import type { HeldCall, ToolTurn } from './tool-turn.ts';
import { argumentsSchema } from './tool-union.ts';
import { callText, turnsAsText, withObjection } from './turns-as-text.ts';

/** Failures that say no more than that the repair cannot be had; the call is then given out as it is. */
const UNREPAIRED: ReadonlySet<string> = new Set(['E_REJECTED', 'E_CAPABILITY', 'E_MALFORMED', 'E_CONTEXT']);

function repairRequest(call: HeldCall, problems: readonly string[], turn: ToolTurn): ChatRequest {
  const { request, hasSchema } = turn;
  const { tools: _, toolChoice: __, output: ___, ...plain } = request;
  const tool = call.tool!;
  const schema = argumentsSchema(tool);
  const written = callText(call, 'object');
  const objection = [
    `The arguments of ${call.name} do not fit:`,
    ...problems.map((problem) => `- ${problem}`),
    `Write the arguments again, as nothing but JSON that fits this schema: ${JSON.stringify(tool.parameters)}`,
  ];
  return {
    ...plain,
    turns: withObjection(turnsAsText(request.turns), written, objection.join('\n')),
    ...(hasSchema && { output: { name: 'arguments', schema } }),
  };
}

function readArguments(text: string, call: HeldCall, isCut: boolean): JsonFields | undefined {
  const start = text.indexOf('{');
  if (start === -1) return undefined;
  const given = asObject(readLenientJson(text.slice(start, endOfValue(text, start)), isCut));
  if (given === undefined) return undefined;
  const tool = call.tool!;
  const inner = 'arguments' in given ? (asObject(given.arguments) ?? given) : given;
  const { arguments: mended, problems } = mendArguments(inner, tool);
  return problems.length === 0 ? mended : undefined;
}

/**
 * Asks the model once for arguments that fit; undefined where it has been asked in this attempt, or cannot do better. The
 * pieces say nothing but that it is at work.
 */
export async function* repairArguments(
  call: HeldCall,
  problems: readonly string[],
  turn: ToolTurn,
): AsyncGenerator<ReplyPiece, JsonFields | undefined> {
  const { exchanges } = turn;
  if (!exchanges.mayAskAgain()) return undefined;
  let text = '';
  try {
    for await (const piece of exchanges.ask(repairRequest(call, problems, turn))) {
      if (piece.kind === 'text') text += piece.text;
      yield PULSE;
    }
  } catch (error) {
    if (isWoosterError(error) && UNREPAIRED.has(error.code)) return undefined;
    throw error;
  }
  return readArguments(text, call, exchanges.isCut);
}
