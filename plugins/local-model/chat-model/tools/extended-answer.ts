import { TOOL_WAYS, type ToolWay } from 'wooster';
import type { ChatDelta } from '../../client/chat-reply.ts';
import type { ChatRequest, OfferedTool } from '../../client/chat-request.ts';
import type { Quirks } from '../../client/quirks.ts';
import { answerInJson } from '../structured/json-answer.ts';
import { Exchanges, type ReplyPiece, type Send } from './exchanges.ts';
import { askNatively } from './native-way.ts';
import { askInText } from './text-way.ts';
import { hasRefusedTools, isRefusalOf, rememberRefusal } from './tool-refusal.ts';
import { callsOfTurn, type ToolTurn } from './tool-turn.ts';
import { turnsAsText } from './turns-as-text.ts';

/** What an answer is made with. */
interface AnswerContext {
  readonly provider: string;
  /** Stands for the server: what it refused is remembered with it. */
  readonly server: object;
  readonly send: Send;
  readonly quirks: Quirks;
  /** The way of this call. */
  readonly way: ToolWay;
  /** All ways of the server. */
  readonly ways: readonly ToolWay[];
  /** The server holds output to a schema by itself. */
  readonly isOutputHeld: boolean;
}

/** One step of asking: a way, or the same with less of the schema. */
interface Step {
  readonly way: ToolWay;
  readonly isLoose?: boolean;
}

/**
 * The answer to a request that takes more than sending it: tools in any way, calls in the history of a model without a
 * place for them, or JSON that the server does not hold its model to. It may take several requests; one delta of facts
 * tells of all, at the end.
 */
export async function* extendedAnswer(request: ChatRequest, context: AnswerContext): AsyncGenerator<ChatDelta, void> {
  const exchanges = new Exchanges(context.send, context.quirks);
  const ask = (asked: ChatRequest): AsyncIterable<ReplyPiece> => askWithTools(asked, { context, exchanges });
  const isHeld = context.isOutputHeld || request.output === undefined;
  let hasCalls = false;
  for await (const piece of isHeld ? ask(request) : answerInJson(request, ask, exchanges)) {
    hasCalls ||= piece.kind === 'tool-call';
    yield piece;
  }
  yield { kind: 'facts', ...exchanges.facts(hasCalls) };
}

interface Asking {
  readonly context: AnswerContext;
  readonly exchanges: Exchanges;
}

async function* askWithTools(request: ChatRequest, asking: Asking): AsyncGenerator<ReplyPiece, void> {
  const { context, exchanges } = asking;
  const tools = toolsToCall(request);
  if (tools.length === 0) {
    const isText = context.way !== 'native';
    yield* exchanges.ask(isText ? { ...request, turns: turnsAsText(request.turns) } : request);
    return;
  }
  const turn: ToolTurn = {
    provider: context.provider,
    request,
    tools,
    isForced: isForced(request),
    hasSchema: context.isOutputHeld,
    made: callsOfTurn(request),
    exchanges,
  };
  yield* askInSteps(turn, stepsOf(request, context), context);
}

/** Asks one way after another, until one is not refused before there is output. */
async function* askInSteps(
  turn: ToolTurn,
  steps: readonly Step[],
  { server }: AnswerContext,
): AsyncGenerator<ReplyPiece, void> {
  for (const [position, step] of steps.entries()) {
    let hasOutput = false;
    try {
      for await (const piece of askBy(step, turn)) {
        hasOutput ||= piece.kind === 'tool-call' || (piece.kind === 'text' && piece.text !== '');
        yield piece;
      }
      return;
    } catch (error) {
      if (hasOutput || position === steps.length - 1 || !isRefusalOf(step.way, error)) throw error;
      rememberRefusal(server, turn.request.model, error);
    }
  }
}

function askBy({ way, isLoose }: Step, turn: ToolTurn): AsyncGenerator<ReplyPiece, void> {
  return way === 'native' ? askNatively(turn) : askInText(turn, { way, isLoose });
}

function isForced({ toolChoice }: ChatRequest): boolean {
  return toolChoice === 'required' || typeof toolChoice === 'object';
}

function toolsToCall({ tools = [], toolChoice }: ChatRequest): readonly OfferedTool[] {
  if (toolChoice === 'none') return [];
  if (typeof toolChoice !== 'object') return tools;
  const named = tools.filter(({ name }) => name === toolChoice.name);
  // A name that is not offered is the server's to refuse.
  return named.length > 0 ? named : tools;
}

/**
 * The ways in the order in which they are asked: that of the call, then the others of the server that need less of it. A
 * server that reads no `tool_choice` is asked by a schema where a call is insisted on, and one that refused tools before is
 * not asked for them again.
 */
function stepsOf(request: ChatRequest, { way, ways, quirks, server }: AnswerContext): readonly Step[] {
  const isChoiceIgnored = isForced(request) && quirks.has('ignores-tool-choice') && ways.includes('schema');
  const isRefused = hasRefusedTools(server, request.model) && ways.some((each) => each !== 'native');
  const skipsNative = way === 'native' && (isChoiceIgnored || isRefused);
  const wanted = TOOL_WAYS.filter(
    (each) => each === way || (ways.includes(each) && TOOL_WAYS.indexOf(each) > TOOL_WAYS.indexOf(way)),
  );
  return wanted
    .filter((each) => !(skipsNative && each === 'native'))
    .flatMap((each): Step[] => (each === 'schema' ? [{ way: each }, { way: each, isLoose: true }] : [{ way: each }]));
}
