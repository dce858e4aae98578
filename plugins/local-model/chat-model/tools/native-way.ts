import { CallSplitter } from '../written/call-splitter.ts';
import { PULSE, type ReplyPiece } from './exchanges.ts';
import { giveOut } from './give-out.ts';
import { NativeCalls } from './native-calls.ts';
import { heldFrom, type ToolTurn } from './tool-turn.ts';

/**
 * The way of the server: it is sent the tools and tells the calls. A model that its server does not understand writes
 * them into the content; where it does so in a form that is surely a call, it is one.
 */
export async function* askNatively(turn: ToolTurn): AsyncGenerator<ReplyPiece, void> {
  const { request, exchanges, tools, made, isForced } = turn;
  const splitter = new CallSplitter({ tools, isAskedInText: false });
  const native = new NativeCalls(tools, made.length > 0 && !isForced);
  for await (const piece of exchanges.ask(request)) {
    if (piece.kind === 'tool-call') yield native.take(piece) ?? PULSE;
    else if (piece.kind === 'text') yield { kind: 'text', text: splitter.push(piece.text) };
    else yield piece;
  }
  const { text, calls } = splitter.end(exchanges.isCut);
  if (text !== '') yield { kind: 'text', text };
  // A server that tells its calls has read them out of the same text.
  yield* giveOut(native.count > 0 ? native.held() : heldFrom(calls), turn);
}
