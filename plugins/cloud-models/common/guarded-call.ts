import type { BaseMessage, UsageMetadata } from '@langchain/core/messages';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import type { ToolCallChunk } from '@langchain/core/messages/tool';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import { CallClock, type CallContext } from 'wooster';
import { CallPieces, withOwnIds } from './call-pieces.ts';
import { emptyReply, interrupted, translateCallError, withheld, type Place } from './call-faults.ts';

/** Why an answer ended, in the words of the house. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** What the wire has told of one call. */
export interface ToldCall {
  /** The request was sent; before that the package refuses what it cannot put into the words of the wire. */
  readonly isAsked: boolean;
  readonly finishReason?: FinishReason;
  /** The end marker was seen. */
  readonly isEnded: boolean;
  readonly modelName?: string;
  readonly usage?: UsageMetadata;
  /** Reasoning under seal, which the same provider wants back with the next turn. */
  readonly sealed?: Readonly<Record<string, unknown>>;
}

/** What a message of a client package says. */
export interface SaidPart {
  readonly text: string;
  readonly reasoning: string;
}

/** One call, and how its wire is read. */
interface GuardedCall {
  readonly call: CallContext;
  readonly place: Place;
  /** Signal of the one who asks. */
  readonly signal?: AbortSignal;
  readonly told: () => ToldCall;
  /** What a message of the package says. */
  readonly read: (message: BaseMessage) => SaidPart;
}

function startClock({ call, place, signal }: GuardedCall): CallClock {
  const both = signal === undefined || signal === call.signal ? call.signal : AbortSignal.any([signal, call.signal]);
  return new CallClock(call.limits, place, both);
}

function besides(reasoning: string): Record<string, unknown> {
  return reasoning === '' ? {} : { reasoning_content: reasoning };
}

/** Metadata of a finished answer, equal for streamed and whole ones. */
function metadataOf(
  { place, told }: GuardedCall,
  timings: { readonly totalMs: number; readonly firstTokenMs?: number },
): Record<string, unknown> {
  const { finishReason, modelName } = told();
  const { provider, model } = place;
  return { provider, model, model_name: modelName ?? model, finish_reason: finishReason, timings };
}

/** A failure unless the answer is whole: its end was seen, nothing was withheld, and something was said. */
function requireWhole({ place, told }: GuardedCall, pieces: number): void {
  const { finishReason, isEnded } = told();
  if (finishReason === 'content_filter') throw withheld(place, pieces);
  if ((!isEnded || finishReason === undefined) && pieces > 0) throw interrupted(place, pieces);
  const isWhole = isEnded && finishReason !== undefined && (pieces > 0 || finishReason === 'length');
  if (!isWhole) throw emptyReply(place);
}

/** The whole answer of a client package in the form of the house: text, calls, reasoning beside them. */
export async function answerWhole(
  guarded: GuardedCall,
  ask: (signal: AbortSignal) => Promise<ChatResult>,
): Promise<ChatResult> {
  const { place, told, read } = guarded;
  const clock = startClock(guarded);
  try {
    const { generations, llmOutput } = await ask(clock.signal);
    const [generation] = generations;
    if (generation === undefined) throw emptyReply(place);
    const { text, reasoning } = read(generation.message);
    const { tool_calls = [], id } = generation.message as AIMessage;
    requireWhole(guarded, text === '' && tool_calls.length === 0 ? 0 : 1);
    const { sealed, usage, finishReason } = told();
    const message = new AIMessage({
      id,
      content: text,
      tool_calls: withOwnIds(tool_calls),
      additional_kwargs: { ...besides(reasoning), ...sealed },
      usage_metadata: usage,
      response_metadata: metadataOf(guarded, { totalMs: clock.elapsedMs }),
    });
    return { generations: [{ text, message, generationInfo: { finish_reason: finishReason } }], llmOutput };
  } catch (error) {
    throw clock.explain(translateCallError(error, place, { chunks: 0, isAsked: told().isAsked }));
  } finally {
    clock.dispose();
  }
}

function piece(said: SaidPart, calls: readonly ToolCallChunk[]): ChatGenerationChunk {
  const { text, reasoning } = said;
  const message = new AIMessageChunk({
    content: text,
    additional_kwargs: besides(reasoning),
    tool_call_chunks: [...calls],
  });
  return new ChatGenerationChunk({ text, message });
}

function lastPiece(
  guarded: GuardedCall,
  timings: { readonly totalMs: number; readonly firstTokenMs?: number },
): ChatGenerationChunk {
  const { sealed, usage, finishReason } = guarded.told();
  const message = new AIMessageChunk({
    content: '',
    additional_kwargs: { ...sealed },
    usage_metadata: usage,
    response_metadata: metadataOf(guarded, timings),
  });
  return new ChatGenerationChunk({ text: '', message, generationInfo: { finish_reason: finishReason } });
}

/**
 * A streamed answer of a client package in the form of the house, within our limits. Usage, what is sealed and the
 * finish come once, in the last piece. It is a success only when the wire showed its end marker.
 */
export async function* answerStream(
  guarded: GuardedCall,
  ask: (signal: AbortSignal) => AsyncIterable<ChatGenerationChunk>,
): AsyncGenerator<ChatGenerationChunk> {
  const { place, read, told } = guarded;
  const clock = startClock(guarded);
  const calls = new CallPieces();
  const progress = { chunks: 0 };
  let firstTokenMs: number | undefined;
  let isDone = false;
  try {
    clock.start(false);
    for await (const { message } of ask(clock.signal)) {
      const said = read(message);
      const pieces = (message as AIMessageChunk).tool_call_chunks ?? [];
      if (said.text === '' && said.reasoning === '' && pieces.length === 0) continue;
      progress.chunks += 1;
      firstTokenMs ??= clock.elapsedMs;
      clock.token();
      yield calls.take(piece(said, pieces));
    }
    isDone = true;
    // Packages end an aborted stream without an error.
    if (clock.signal.aborted) throw clock.signal.reason;
    requireWhole(guarded, progress.chunks);
    calls.requireWhole(place);
    yield lastPiece(guarded, { totalMs: clock.elapsedMs, ...(firstTokenMs !== undefined && { firstTokenMs }) });
  } catch (error) {
    throw clock.explain(translateCallError(error, place, { ...progress, isAsked: told().isAsked }));
  } finally {
    // Packages leave the connection open when their reader leaves.
    if (!isDone) clock.close();
    clock.dispose();
  }
}
