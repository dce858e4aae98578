import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { AIMessageChunk, type AIMessage, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import { ChatOpenAICompletions, type OpenAIClient } from '@langchain/openai';
import { CallClock, MalformedReplyError, type CallContext, type Secret } from 'wooster';
import {
  emptyReply,
  interrupted,
  translateCallError,
  withheld,
  type CallProgress,
  type Place,
} from '../common/call-faults.ts';
import { CallPieces, withOwnIds } from '../common/call-pieces.ts';
import type { KeyWire } from '../common/keyed-fetch.ts';
import { OpenAIBill } from './openai-bill.ts';
import { openAIFetch } from './openai-fetch.ts';
import { withFittingSchema } from './strict-schema.ts';
import { mendChunks, mendCompletion, type ReplyReading } from './openai-reply.ts';

/** What one attempt's chat model is made of. */
interface OpenAIChatModelFields {
  readonly place: Place & { readonly model: string };
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: Secret;
  /** `fetch` of the guarded client, bound to the permit of this attempt. */
  readonly guarded: typeof globalThis.fetch;
  readonly call: CallContext;
  /** What another service that speaks this wire is asked besides. */
  readonly besides?: Readonly<Record<string, unknown>>;
  /** A stream is whole only with `[DONE]` at its end. */
  readonly needsDone?: boolean;
  /** Where it is not OpenAI's own. */
  readonly wire?: KeyWire;
  readonly readError?: ReplyReading['readError'];
}

/** What of a stream has been seen. */
interface Progress {
  /** Pieces of text, reasoning or calls. */
  chunks: number;
  finishReason?: string;
  /** By the server's count. */
  outputTokens: number;
  firstTokenMs?: number;
}

/**
 * LangChain's own OpenAI model with what the contract asks besides: no retries, our limits, errors of the table, and a
 * stream that counts only once a finish reason was seen (the package takes any end for a success). It uses the chat
 * completions wire for every model name, on which that mark exists.
 */
export class OpenAIChatModel extends ChatOpenAICompletions {
  readonly #fields: OpenAIChatModelFields;
  readonly #bill: OpenAIBill;
  #isAsked = false;

  constructor(fields: OpenAIChatModelFields) {
    const { parameters } = fields.call;
    const bill = new OpenAIBill();
    super({
      model: fields.place.model,
      temperature: parameters.temperature,
      topP: parameters.topP,
      maxTokens: parameters.maxTokens,
      stop: parameters.stop === undefined ? undefined : [...parameters.stop],
      modelKwargs: { ...fields.besides, ...(parameters.seed !== undefined && { seed: parameters.seed }) },
      maxRetries: 0,
      streamUsage: true,
      // The package insists on a key; the real one is put in by `fetch`.
      apiKey: 'set-when-sent',
      configuration: {
        baseURL: fields.baseUrl,
        fetch: openAIFetch({ ...fields, bill }),
        maxRetries: 0,
        // Our own limits apply; the package's must not come first.
        timeout: fields.call.limits.totalMs + 60_000,
        organization: null,
        project: null,
        logLevel: 'off',
      },
    });
    this.#fields = fields;
    this.#bill = bill;
  }

  override completionWithRetry(
    request: OpenAIClient.Chat.ChatCompletionCreateParamsStreaming,
    options?: OpenAIClient.RequestOptions,
  ): Promise<AsyncIterable<OpenAIClient.Chat.Completions.ChatCompletionChunk>>;
  override completionWithRetry(
    request: OpenAIClient.Chat.ChatCompletionCreateParamsNonStreaming,
    options?: OpenAIClient.RequestOptions,
  ): Promise<OpenAIClient.Chat.Completions.ChatCompletion>;
  override async completionWithRetry(
    request:
      OpenAIClient.Chat.ChatCompletionCreateParamsStreaming | OpenAIClient.Chat.ChatCompletionCreateParamsNonStreaming,
    options?: OpenAIClient.RequestOptions,
  ): Promise<unknown> {
    const { place, readError } = this.#fields;
    const reading = { place, readError, bill: this.#bill };
    this.#bill.clear();
    this.#isAsked = true;
    if (request.stream === true) return mendChunks(await super.completionWithRetry(request, options), reading);
    return mendCompletion(await super.completionWithRetry(request, options), reading);
  }

  override async _generate(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const { place } = this.#fields;
    const clock = this.#clock(options.signal);
    this.#isAsked = false;
    try {
      const asked = { ...withFittingSchema(options), signal: clock.signal };
      const result = await super._generate(messages, asked, runManager);
      const [generation] = result.generations;
      if (generation === undefined) throw new MalformedReplyError(`${place.provider}: an answer without a choice`);
      if (generation.generationInfo?.finish_reason === 'content_filter') throw withheld(place, 0);
      const message = generation.message as AIMessage;
      Object.assign(message.response_metadata, this.#metadata(clock.elapsedMs, undefined));
      // The package leaves counts of 0 out, and makes an empty one where the server counted nothing.
      message.usage_metadata = this.#bill.metadata;
      message.tool_calls = withOwnIds(message.tool_calls ?? []);
      return result;
    } catch (error) {
      throw clock.explain(translateCallError(error, place, this.#progress(0)));
    } finally {
      clock.dispose();
    }
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const { place } = this.#fields;
    const clock = this.#clock(options.signal);
    const calls = new CallPieces();
    const progress: Progress = { chunks: 0, outputTokens: 0 };
    this.#isAsked = false;
    try {
      clock.start(false);
      const asked = { ...withFittingSchema(options), signal: clock.signal };
      const stream = super._streamResponseChunks(messages, asked, runManager);
      for await (const chunk of stream) {
        if (isToken(chunk)) {
          progress.chunks += 1;
          progress.firstTokenMs ??= clock.elapsedMs;
          clock.token();
        }
        progress.finishReason ??= finishReasonOf(chunk);
        const message = chunk.message as AIMessageChunk;
        if (message.usage_metadata !== undefined) message.usage_metadata = this.#bill.metadata;
        progress.outputTokens += message.usage_metadata?.output_tokens ?? 0;
        yield calls.take(chunk);
      }
      // The package ends an aborted stream without an error.
      if (clock.signal.aborted) throw clock.signal.reason;
      this.#requireWhole(progress);
      calls.requireWhole(place);
      yield this.#lastChunk(clock.elapsedMs, progress.firstTokenMs);
    } catch (error) {
      throw clock.explain(translateCallError(error, place, this.#progress(progress.chunks)));
    } finally {
      clock.dispose();
    }
  }

  #progress(chunks: number): CallProgress {
    return { chunks, isAsked: this.#isAsked, readError: this.#fields.readError };
  }

  #clock(signal: AbortSignal | undefined): CallClock {
    const { call, place } = this.#fields;
    const both = signal === undefined || signal === call.signal ? call.signal : AbortSignal.any([signal, call.signal]);
    return new CallClock(call.limits, place, both);
  }

  /** An end without a finish reason, one by the content filter, and one before anything was said are failures. */
  #requireWhole({ chunks, finishReason, outputTokens }: Progress): void {
    const { place } = this.#fields;
    if (finishReason === 'content_filter') throw withheld(place, chunks);
    if (finishReason === undefined && chunks > 0) throw interrupted(place, chunks);
    const hasSubstance = chunks > 0 || outputTokens > 0 || finishReason === 'length';
    if (finishReason !== undefined && hasSubstance) return;
    throw emptyReply(place);
  }

  #metadata(totalMs: number, firstTokenMs: number | undefined): Record<string, unknown> {
    const { provider, model } = this.#fields.place;
    const { costUsd } = this.#bill;
    const timings = { totalMs, ...(firstTokenMs === undefined ? {} : { firstTokenMs }) };
    return { provider, model, timings, ...(costUsd === undefined ? {} : { costUsd }) };
  }

  #lastChunk(totalMs: number, firstTokenMs: number | undefined): ChatGenerationChunk {
    const response_metadata = this.#metadata(totalMs, firstTokenMs);
    return new ChatGenerationChunk({ text: '', message: new AIMessageChunk({ content: '', response_metadata }) });
  }
}

function isToken({ text, message }: ChatGenerationChunk): boolean {
  const { tool_call_chunks: calls } = message as AIMessageChunk;
  return text !== '' || (calls?.length ?? 0) > 0 || message.additional_kwargs.reasoning_content !== undefined;
}

function finishReasonOf({ generationInfo, message }: ChatGenerationChunk): string | undefined {
  const metadata: Readonly<Record<string, unknown>> = message.response_metadata;
  const reason: unknown = generationInfo?.finish_reason ?? metadata.finish_reason;
  return typeof reason === 'string' && reason !== '' ? reason : undefined;
}
