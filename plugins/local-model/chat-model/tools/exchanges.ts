import { isWoosterError } from 'wooster';
import type { ChatDelta, ReplyFacts, ServerTimings, TokenUsage } from '../../client/chat-reply.ts';
import type { ChatRequest } from '../../client/chat-request.ts';
import { defined } from '../../client/dialects/json-fields.ts';
import type { Quirks } from '../../client/quirks.ts';
import { ThinkTagSplitter } from '../reasoning/think-tags.ts';

/** A piece of an answer, without what is told of it. */
export type ReplyPiece = Exclude<ChatDelta, { readonly kind: 'facts' }>;

/** Sends one request to the server. */
export type Send = (request: ChatRequest) => AsyncIterable<ChatDelta>;

/** Told while pieces are held back, so that whoever waits sees a living answer. */
export const PULSE: ReplyPiece = { kind: 'text', text: '' };

function summed(sum: number | undefined, more: number | undefined): number | undefined {
  return sum === undefined || more === undefined ? (more ?? sum) : sum + more;
}

function summedUsage(sum: TokenUsage | undefined, more: TokenUsage | undefined): TokenUsage | undefined {
  if (sum === undefined || more === undefined) return more ?? sum;
  return defined({
    inputTokens: sum.inputTokens + more.inputTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
    cachedInputTokens: summed(sum.cachedInputTokens, more.cachedInputTokens),
  });
}

function summedTimings(sum: ServerTimings | undefined, more: ServerTimings | undefined): ServerTimings | undefined {
  if (sum === undefined || more === undefined) return more ?? sum;
  return defined({
    loadMs: summed(sum.loadMs, more.loadMs),
    promptMs: summed(sum.promptMs, more.promptMs),
    generationMs: summed(sum.generationMs, more.generationMs),
  });
}

function isClosedConnection(error: unknown): boolean {
  return isWoosterError(error) && error.code === 'E_UNREACHABLE' && error.details.cause === 'ECONNRESET';
}

/**
 * The requests of one attempt. Reasoning is told from text in each; what the server tells of them is kept and summed, since
 * LangChain joins equal keys by appending: tokens and times of all, the finish reason and the model of the last.
 */
export class Exchanges {
  readonly #send: Send;
  readonly #quirks: Quirks;
  #usage: TokenUsage | undefined;
  #timings: ServerTimings | undefined;
  #last: ReplyFacts = {};
  #hasAskedAgain = false;
  #count = 0;

  constructor(send: Send, quirks: Quirks) {
    this.#send = send;
    this.#quirks = quirks;
  }

  /** Whether the last answer ended at the limit of its output. */
  get isCut(): boolean {
    return this.#last.finishReason === 'length';
  }

  /** True once: what a model got wrong it is asked again one time in an attempt. */
  mayAskAgain(): boolean {
    const isFirst = !this.#hasAskedAgain;
    this.#hasAskedAgain = true;
    return isFirst;
  }

  /** The pieces of the answer to one more request. */
  async *ask(request: ChatRequest): AsyncGenerator<ReplyPiece, void> {
    const splitter = new ThinkTagSplitter(this.#quirks);
    let facts: ReplyFacts = {};
    this.#count += 1;
    try {
      for await (const delta of this.#count === 1 ? this.#send(request) : this.#sendNext(request)) {
        if (delta.kind === 'text') yield* splitter.push(delta.text);
        else if (delta.kind === 'tool-call' || delta.kind === 'reasoning') yield delta;
        else {
          const { kind: _, ...told } = delta;
          facts = { ...facts, ...told };
        }
      }
    } finally {
      this.#usage = summedUsage(this.#usage, facts.usage);
      this.#timings = summedTimings(this.#timings, facts.timings);
      this.#last = facts;
    }
    yield* splitter.end(this.isCut);
  }

  /**
   * A request that follows at once may be sent on the connection of the one before, which the server is closing:
   * llama-server b10068 does after a stream, although it says that it keeps it. It then has read nothing.
   */
  async *#sendNext(request: ChatRequest): AsyncGenerator<ChatDelta, void> {
    let hasBegun = false;
    try {
      for await (const delta of this.#send(request)) {
        hasBegun = true;
        yield delta;
      }
    } catch (error) {
      if (hasBegun || !isClosedConnection(error)) throw error;
      yield* this.#send(request);
    }
  }

  /** What is told of the whole; an answer with calls that were given out ends for them. */
  facts(hasCalls: boolean): ReplyFacts {
    const { finishReason } = this.#last;
    const isEndedByCalls = hasCalls && (finishReason === undefined || finishReason === 'stop');
    return defined({
      ...this.#last,
      finishReason: isEndedByCalls ? 'tool_calls' : finishReason,
      usage: this.#usage,
      timings: this.#timings,
    });
  }
}
