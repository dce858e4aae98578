import { MalformedReplyError, type ToolWay } from 'wooster';
import type { ChatRequest } from '../../client/chat-request.ts';
import { CallSplitter } from '../written/call-splitter.ts';
import { PULSE, type ReplyPiece } from './exchanges.ts';
import { giveOut } from './give-out.ts';
import { NativeCalls } from './native-calls.ts';
import { heldFrom, type HeldCall, type ToolTurn } from './tool-turn.ts';
import { toolUnion } from './tool-union.ts';
import { withInstruction, wordsForPrompt, wordsForSchema } from './tool-words.ts';
import { answersAsJson, turnsAsText, withObjection } from './turns-as-text.ts';

/** What was read of one reply. */
interface Reading {
  readonly calls: readonly HeldCall[];
  /** Text that was held back, where a call is insisted on. */
  readonly text: string;
  /** All that the model wrote. */
  readonly written: string;
  readonly isUnreadable: boolean;
  /** The server told calls by itself, and some are given out already. */
  readonly hasGivenOut: boolean;
}

/** How a model is asked for a call in text. */
interface TextAsking {
  readonly way: Exclude<ToolWay, 'native'>;
  /** Leaves the arguments open, for a server that refuses the schema of one. */
  readonly isLoose?: boolean;
}

function textRequest({ request, tools, isForced }: ToolTurn, { way, isLoose = false }: TextAsking): ChatRequest {
  const { tools: _, toolChoice: __, output, ...plain } = request;
  const canAnswer = !isForced;
  if (way === 'prompt') {
    const turns = turnsAsText(request.turns, 'tags');
    return { ...plain, turns: withInstruction(turns, wordsForPrompt({ tools, canAnswer })) };
  }
  const turns = turnsAsText(answersAsJson(request.turns));
  const schema = toolUnion(tools, { canAnswer, isLoose, answer: output });
  return {
    ...plain,
    turns: withInstruction(turns, wordsForSchema({ tools, canAnswer })),
    output: { name: 'reply', schema },
  };
}

/** How a call is to be written, in words for the model. */
const FORMS: Readonly<Record<TextAsking['way'], string>> = {
  schema: 'Reply with one JSON object and nothing else: {"tool": <name>, "arguments": <object>}',
  prompt:
    'Reply with nothing but <tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>',
};

/**
 * Tools for a model without any: they are described in the system turn. By `schema` it replies with one JSON object, a call
 * or an answer, and the server holds it to that; by `prompt` it writes calls between tags, or just answers. Both replies are read alike, since servers
 * ignore schemas: the answer streams, prose is an answer, and what can be read neither way is asked for once more, as is a
 * call that was insisted on. After that MalformedReplyError.
 */
export async function* askInText(turn: ToolTurn, asking: TextAsking): AsyncGenerator<ReplyPiece, void> {
  const request = textRequest(turn, asking);
  let reading = yield* readReply(turn, request);
  const objection = objectionTo(reading, turn, FORMS[asking.way]);
  if (objection !== undefined && !turn.exchanges.isCut && turn.exchanges.mayAskAgain()) {
    const turns = withObjection(request.turns, reading.written, objection);
    reading = yield* readReply(turn, { ...request, turns });
  }
  if (reading.isUnreadable) throw unreadable(turn);
  if (reading.text !== '' && reading.calls.length === 0) yield { kind: 'text', text: reading.text };
  yield* giveOut(reading.calls, turn);
}

async function* readReply(turn: ToolTurn, request: ChatRequest): AsyncGenerator<ReplyPiece, Reading> {
  const { tools, isForced, made, exchanges } = turn;
  const splitter = new CallSplitter({ tools, isAskedInText: true });
  const native = new NativeCalls(tools, made.length > 0 && !isForced);
  let written = '';
  let text = '';
  const show = (certain: string): ReplyPiece => {
    if (!isForced) return { kind: 'text', text: certain };
    text += certain;
    return PULSE;
  };
  for await (const piece of exchanges.ask(request)) {
    if (piece.kind === 'reasoning') yield piece;
    else if (piece.kind === 'tool-call') yield native.take(piece) ?? PULSE;
    else {
      written += piece.text;
      yield show(splitter.push(piece.text));
    }
  }
  const end = splitter.end(exchanges.isCut);
  if (end.text !== '') yield show(end.text);
  const calls = native.count > 0 ? native.held() : heldFrom(end.calls);
  const isUnreadable = end.unreadable !== undefined && native.count === 0;
  return { calls, text, written, isUnreadable, hasGivenOut: native.count > calls.length };
}

/** What is wrong with a reply, in words for the model. */
function objectionTo(
  { calls, isUnreadable, hasGivenOut }: Reading,
  { tools, isForced }: ToolTurn,
  form: string,
): string | undefined {
  const names = tools.map(({ name }) => name).join(', ');
  const unknown = calls.find(({ tool }) => tool === undefined);
  if (unknown !== undefined) return `There is no tool ${unknown.name}. The tools are: ${names}. ${form}`;
  if (hasGivenOut) return undefined;
  if (isForced && calls.length === 0) return `One of the tools has to be called. They are: ${names}. ${form}`;
  return isUnreadable ? `That cannot be read. Answer in words, or call a tool. ${form}` : undefined;
}

function unreadable({ provider, request: { model }, exchanges }: ToolTurn): MalformedReplyError {
  const why = exchanges.isCut ? ', cut at the limit of its output' : '';
  const text = `${provider}: ${model} wrote a call of a tool that cannot be read${why}; ask again or use another model`;
  return new MalformedReplyError(text, { provider, model });
}
