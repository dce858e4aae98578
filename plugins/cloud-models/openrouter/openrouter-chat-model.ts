import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import type { OpenAIClient } from '@langchain/openai';
import { asFields, type Fields } from '../common/watched-reply.ts';
import { OpenAIChatModel } from '../openai/openai-chat-model.ts';
import { markBeginnings, needsMarks } from './cache-marks.ts';
import { keptDetails, ReasoningDetails } from './reasoning-details.ts';

type Streaming = OpenAIClient.Chat.ChatCompletionCreateParamsStreaming;
type Whole = OpenAIClient.Chat.ChatCompletionCreateParamsNonStreaming;
type Chunk = OpenAIClient.Chat.Completions.ChatCompletionChunk;
type Completion = OpenAIClient.Chat.Completions.ChatCompletion;

/** OpenAI's wire as OpenRouter speaks it: reasoning is kept with the answer and goes back with the next turn. */
export class OpenRouterChatModel extends OpenAIChatModel {
  #told = new ReasoningDetails();
  #kept: ReturnType<typeof keptDetails> = [];
  readonly #isMarking: boolean;

  /** `isCaching`: long beginnings are marked to be kept, for models that keep what is marked alone. */
  constructor(fields: ConstructorParameters<typeof OpenAIChatModel>[0], isCaching: boolean) {
    super(fields);
    this.#isMarking = isCaching && needsMarks(fields.place.model);
  }

  override completionWithRetry(
    request: Streaming,
    options?: OpenAIClient.RequestOptions,
  ): Promise<AsyncIterable<Chunk>>;
  override completionWithRetry(request: Whole, options?: OpenAIClient.RequestOptions): Promise<Completion>;
  override async completionWithRetry(
    request: Streaming | Whole,
    options?: OpenAIClient.RequestOptions,
  ): Promise<unknown> {
    const kept = this.#withKept(request.messages);
    const messages = this.#isMarking ? markBeginnings(kept, request.tools) : kept;
    if (request.stream === true) {
      return this.#tap(await super.completionWithRetry({ ...request, messages }, options));
    }
    const completion = await super.completionWithRetry({ ...request, messages }, options);
    this.#told.take(asFields(asFields(completion.choices?.[0]).message).reasoning_details);
    return completion;
  }

  override async _generate(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    this.#begin(messages);
    const result = await super._generate(messages, options, runManager);
    Object.assign(result.generations[0]!.message.additional_kwargs, this.#sealed());
    return result;
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    this.#begin(messages);
    yield* super._streamResponseChunks(messages, options, runManager);
    const additional_kwargs = this.#sealed();
    if (Object.keys(additional_kwargs).length === 0) return;
    yield new ChatGenerationChunk({ text: '', message: new AIMessageChunk({ content: '', additional_kwargs }) });
  }

  #begin(messages: readonly BaseMessage[]): void {
    this.#told = new ReasoningDetails();
    this.#kept = keptDetails(messages);
  }

  #sealed(): { reasoning_details?: readonly Fields[] } {
    const { whole } = this.#told;
    return whole.length === 0 ? {} : { reasoning_details: whole };
  }

  /** The answers of a request stand in the order of those of the conversation. */
  #withKept<Message extends { role: string }>(messages: readonly Message[]): Message[] {
    let answer = -1;
    return messages.map((message) => {
      if (message.role !== 'assistant') return message;
      const details = this.#kept[(answer += 1)];
      return details === undefined ? message : { ...message, reasoning_details: details };
    });
  }

  async *#tap(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
    for await (const chunk of chunks) {
      this.#told.take(asFields(asFields(chunk.choices?.[0]).delta).reasoning_details);
      yield chunk;
    }
  }
}
