import { parseJson } from 'wooster';
import type { OfferedTool } from '../../client/chat-request.ts';
import { asObject } from '../../client/dialects/json-fields.ts';
import { mendArguments } from '../arguments/mend-arguments.ts';
import type { ReplyPiece } from './exchanges.ts';
import type { HeldCall } from './tool-turn.ts';

type CallPiece = Extract<ReplyPiece, { readonly kind: 'tool-call' }>;

interface OpenCall {
  readonly id: string | undefined;
  readonly name: string;
  readonly isHeld: boolean;
  argumentsText: string;
}

/**
 * Which calls of a server's own go out at once, and which are held to be checked. What was given out cannot be taken back.
 *
 * | call | given out |
 * |---|---|
 * | comes in pieces, first calls of the turn | at once, unchecked: whoever runs it checks it |
 * | comes whole in one piece (Ollama, mlx_lm.server), and fits or can be mended | at once, mended |
 * | comes whole in one piece, and does not fit | at the end of the answer, repaired once |
 * | any, where calls were made earlier in the turn | at the end, checked, repaired once, and not if it repeats one |
 */
export class NativeCalls {
  readonly #isAllHeld: boolean;
  readonly #tools: readonly OfferedTool[];
  readonly #open = new Map<number, OpenCall>();
  readonly #calls: OpenCall[] = [];

  constructor(tools: readonly OfferedTool[], isAllHeld: boolean) {
    this.#tools = tools;
    this.#isAllHeld = isAllHeld;
  }

  get count(): number {
    return this.#calls.length;
  }

  /** The piece where it goes out at once. */
  take(piece: CallPiece): CallPiece | undefined {
    const open = this.#open.get(piece.index);
    const isNew = open === undefined || (piece.name !== undefined && piece.id !== undefined && piece.id !== open.id);
    if (isNew) return this.#begin(piece);
    open.argumentsText += piece.argumentsText;
    return open.isHeld ? undefined : piece;
  }

  /** The held calls; those whose arguments are no JSON object have their text alone. */
  held(): readonly HeldCall[] {
    return this.#calls
      .filter(({ isHeld }) => isHeld)
      .map(({ id, name, argumentsText }) => {
        const given = argumentsText.trim() === '' ? {} : asObject(parseJson(argumentsText));
        return { id, name, tool: this.#toolOf(name), arguments: given, argumentsText };
      });
  }

  #toolOf(name: string): OfferedTool | undefined {
    return this.#tools.find((tool) => tool.name === name);
  }

  #begin(piece: CallPiece): CallPiece | undefined {
    const { index, id, name = '', argumentsText } = piece;
    const whole = asObject(parseJson(argumentsText));
    const tool = this.#toolOf(name);
    const mended = whole === undefined || tool === undefined ? undefined : mendArguments(whole, tool);
    const isHeld = this.#isAllHeld || (mended !== undefined && mended.problems.length > 0);
    const call = { id, name, isHeld, argumentsText };
    this.#open.set(index, call);
    this.#calls.push(call);
    if (isHeld) return undefined;
    const isSame = mended === undefined || mended.arguments === whole;
    return isSame ? piece : { ...piece, argumentsText: JSON.stringify(mended.arguments) };
  }
}
