import { isRepeated } from '../../engine/prompt/repeated-call.ts';
import { mendArguments } from '../arguments/mend-arguments.ts';
import type { ReplyPiece } from './exchanges.ts';
import { repairArguments } from './repair-arguments.ts';
import type { HeldCall, ToolTurn } from './tool-turn.ts';
import { turnsForAnswer } from './turns-as-text.ts';

/** Above the indexes that servers give, so that no call joins another. */
const FIRST_INDEX = 1_000;

interface Checked {
  readonly call: HeldCall;
  readonly problems: readonly string[];
}

/** The call with its arguments mended; one of an unknown tool, or that cannot be read, stays as it is. */
function checked(call: HeldCall): Checked {
  if (call.tool === undefined || call.arguments === undefined) return { call, problems: [] };
  const { arguments: mended, problems } = mendArguments(call.arguments, call.tool);
  const isSame = mended === call.arguments;
  return {
    call: { ...call, arguments: mended, argumentsText: isSame ? call.argumentsText : JSON.stringify(mended) },
    problems,
  };
}

function repeats({ name, argumentsText }: HeldCall, { made, tools }: ToolTurn): boolean {
  const offered = tools.map((tool) => ({
    type: 'function' as const,
    function: { name: tool.name, parameters: tool.parameters },
  }));
  return isRepeated({ name, arguments: argumentsText }, made, offered);
}

/**
 * Gives held calls out: mended, repaired once where they do not fit, and without those that repeat a call of this turn.
 * Where nothing is left of them, the model is asked again without tools, so that it answers in words; a caller that
 * insists on a call gets it, repeated or not.
 */
export async function* giveOut(calls: readonly HeldCall[], turn: ToolTurn): AsyncGenerator<ReplyPiece, void> {
  const all = calls.map(checked);
  const isChecked = !turn.isForced && turn.made.length > 0;
  const fresh = isChecked ? all.filter(({ call }) => !repeats(call, turn)) : all;
  if (fresh.length === 0 && all.length > 0) {
    yield* answerInWords(turn);
    return;
  }
  let index = FIRST_INDEX;
  for (const { call, problems } of fresh) {
    const { id, name } = call;
    const repaired = problems.length === 0 ? undefined : yield* repairArguments(call, problems, turn);
    const argumentsText = repaired === undefined ? call.argumentsText : JSON.stringify(repaired);
    yield { kind: 'tool-call', index: index++, id, name, argumentsText };
  }
}

/** The tools are left out, and the calls with them: a small model that sees a call writes another. */
function answerInWords({ request, exchanges }: ToolTurn): AsyncGenerator<ReplyPiece, void> {
  const { tools: _, toolChoice: __, ...plain } = request;
  return exchanges.ask({ ...plain, turns: turnsForAnswer(request.turns) });
}
