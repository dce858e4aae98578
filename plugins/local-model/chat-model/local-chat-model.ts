import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseLanguageModelInput, StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { BindToolsInput, LangSmithParams } from '@langchain/core/language_models/chat_models';
import { AIMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult } from '@langchain/core/outputs';
import type { Runnable } from '@langchain/core/runnables';
import { InputRejectedError, type CallContext, type ToolWay } from 'wooster';
import { answerToDeltas, type ChatDelta } from '../client/chat-reply.ts';
import type { ChatRequest, ClientCall } from '../client/chat-request.ts';
import type { LocalModelClient } from '../client/local-model-client.ts';
import type { Quirks } from '../client/quirks.ts';
import { toOfferedTools, toOutput, toToolChoice, type LocalChatCallOptions } from './call-options.ts';
import { ThinkTagSplitter } from './reasoning/think-tags.ts';
import { ReplyChunks, type ReplySource } from './reply-chunks.ts';
import { withSchema, type OutputSchema } from './structured-output.ts';
import { ToolCallLedger } from './tool-call-ledger.ts';
import { turnsFromMessages } from './turns-from-messages.ts';

/** What one attempt's chat model is made of. */
interface LocalChatModelFields {
  readonly provider: string;
  readonly model: string;
  readonly client: LocalModelClient;
  readonly quirks: Quirks;
  /** Ways in which tools can be called here; without them only that of the server. */
  readonly ways?: readonly ToolWay[];
  readonly call: CallContext;
  readonly think?: ChatRequest['think'];
}

/**
 * A LangChain chat model on one local model, for one attempt: limits, parameters and permit are those of its call. It
 * never retries. Streams end with a chunk of usage and metadata; reasoning is in `additional_kwargs.reasoning_content`.
 */
export class LocalChatModel extends BaseChatModel<LocalChatCallOptions> {
  readonly model: string;
  readonly #fields: LocalChatModelFields;

  constructor(fields: LocalChatModelFields) {
    super({ maxRetries: 0 });
    this.model = fields.model;
    this.#fields = fields;
  }

  override _llmType(): string {
    return 'wooster-local';
  }

  override getLsParams(options: this['ParsedCallOptions']): LangSmithParams {
    const { provider, model } = this.#fields;
    return { ...super.getLsParams(options), ls_provider: provider, ls_model_name: model };
  }

  override bindTools(
    tools: BindToolsInput[],
    options?: Partial<LocalChatCallOptions>,
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, LocalChatCallOptions> {
    return this.withConfig({ ...options, tools });
  }

  override withStructuredOutput(schema: OutputSchema, config?: StructuredOutputMethodOptions<boolean>): never {
    // LangChain declares six overloads of this method; `never` satisfies each, and callers see LangChain's own types.
    return withSchema(this, schema, config) as never;
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    const elapsed = stopwatch();
    const { deltas, chunks } = this.#ask(messages, options, false);
    const pieces: ChatGenerationChunk[] = [];
    for await (const delta of deltas) pieces.push(...chunks.of(delta));
    pieces.push(...chunks.end(this.#source(elapsed)));
    const joined = pieces.reduce((sum, piece) => sum.concat(piece));
    return { generations: [{ text: joined.text, message: toMessage(joined.message as AIMessageChunk) }] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const elapsed = stopwatch();
    const { deltas, chunks } = this.#ask(messages, options, true);
    for await (const delta of deltas) {
      if (delta.kind !== 'facts') elapsed.mark();
      for (const chunk of chunks.of(delta)) {
        yield chunk;
        await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk });
      }
    }
    yield* chunks.end(this.#source(elapsed));
  }

  /** The deltas of the answer; what takes more than one plain request is loaded when it is asked for. */
  #ask(
    messages: readonly BaseMessage[],
    options: this['ParsedCallOptions'],
    isStream: boolean,
  ): { deltas: AsyncIterable<ChatDelta>; chunks: ReplyChunks } {
    const request = this.#request(messages, options);
    const send = this.#sender(options, isStream);
    const ledger = new ToolCallLedger(messages);
    if (this.#isPlain(request)) {
      return { deltas: send(request), chunks: new ReplyChunks(ledger, new ThinkTagSplitter(this.#fields.quirks)) };
    }
    return { deltas: this.#extended(request, send), chunks: new ReplyChunks(ledger) };
  }

  #isPlain({ tools, toolChoice, output, turns }: ChatRequest): boolean {
    const hasTools = tools !== undefined && tools.length > 0 && toolChoice !== 'none';
    if (hasTools || (output !== undefined && this.#fields.quirks.has('ignores-response-format'))) return false;
    const { toolWay = 'native' } = this.#fields.call;
    return toolWay === 'native' || !turns.some(({ role }) => role === 'tool');
  }

  async *#extended(
    request: ChatRequest,
    send: (request: ChatRequest) => AsyncIterable<ChatDelta>,
  ): AsyncGenerator<ChatDelta, void> {
    const { provider, client: server, quirks, call, ways = [] } = this.#fields;
    const isOutputHeld = !quirks.has('ignores-response-format');
    const { extendedAnswer } = await import('./tools/extended-answer.ts');
    const way = call.toolWay ?? 'native';
    yield* extendedAnswer(request, { provider, server, send, quirks, way, ways, isOutputHeld });
  }

  /** Sends requests of one attempt: what the first takes of the total limit the next ones do not have. */
  #sender(options: this['ParsedCallOptions'], isStream: boolean): (request: ChatRequest) => AsyncIterable<ChatDelta> {
    const { client } = this.#fields;
    const call = this.#clientCall(options);
    let startedAt: number | undefined;
    return (request) => {
      const elapsedMs = startedAt === undefined ? 0 : performance.now() - startedAt;
      startedAt ??= performance.now();
      const { limits } = call;
      const totalMs = Math.max(1, Math.ceil(limits.totalMs - elapsedMs));
      const left = elapsedMs === 0 ? call : { ...call, limits: { ...limits, totalMs } };
      return isStream ? client.streamChat(request, left) : wholeAnswer(client, request, left);
    };
  }

  #source(elapsed: Stopwatch): ReplySource {
    const { provider, model } = this.#fields;
    return { provider, model, elapsed: elapsed.read };
  }

  #request(messages: readonly BaseMessage[], options: this['ParsedCallOptions']): ChatRequest {
    const { call, model, think } = this.#fields;
    if (messages.length === 0)
      throw new InputRejectedError('a conversation without a message: there is nothing to answer');
    return {
      model,
      turns: turnsFromMessages(messages),
      parameters: options.stop === undefined ? call.parameters : { ...call.parameters, stop: options.stop },
      tools: toOfferedTools(options.tools),
      toolChoice: toToolChoice(options.tool_choice),
      output: toOutput(options.response_format),
      think: options.think ?? think,
    };
  }

  #clientCall({ signal }: this['ParsedCallOptions']): ClientCall {
    const { call } = this.#fields;
    const isSame = signal === undefined || signal === call.signal;
    return { ...call, signal: isSame ? call.signal : AbortSignal.any([signal, call.signal]) };
  }
}

async function* wholeAnswer(
  client: LocalModelClient,
  request: ChatRequest,
  call: ClientCall,
): AsyncGenerator<ChatDelta, void> {
  yield* answerToDeltas(await client.chat(request, call));
}

interface Stopwatch {
  mark(): void;
  readonly read: () => { totalMs: number; firstTokenMs?: number };
}

function stopwatch(): Stopwatch {
  const start = performance.now();
  let firstTokenMs: number | undefined;
  return {
    mark: () => void (firstTokenMs ??= performance.now() - start),
    read: () => ({ totalMs: performance.now() - start, ...(firstTokenMs === undefined ? {} : { firstTokenMs }) }),
  };
}

function toMessage(chunk: AIMessageChunk): AIMessage {
  return new AIMessage({
    content: chunk.content,
    tool_calls: chunk.tool_calls,
    invalid_tool_calls: chunk.invalid_tool_calls,
    additional_kwargs: chunk.additional_kwargs,
    response_metadata: chunk.response_metadata,
    usage_metadata: chunk.usage_metadata,
  });
}
