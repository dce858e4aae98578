import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseLanguageModelInput, StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { BindToolsInput, LangSmithParams } from '@langchain/core/language_models/chat_models';
import { AIMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult } from '@langchain/core/outputs';
import type { Runnable } from '@langchain/core/runnables';
import { InputRejectedError, type CallContext } from 'wooster';
import { answerToDeltas } from '../client/chat-reply.ts';
import type { ChatRequest, ChatTurn, ClientCall } from '../client/chat-request.ts';
import type { LocalModelClient } from '../client/local-model-client.ts';
import type { Quirks } from '../client/quirks.ts';
import { toOfferedTools, toOutput, toToolChoice, type LocalChatCallOptions } from './call-options.ts';
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
    const { client } = this.#fields;
    const elapsed = stopwatch();
    const answer = await client.chat(this.#request(messages, options), this.#clientCall(options));
    const chunks = this.#chunks(messages);
    const pieces = [
      ...answerToDeltas(answer).flatMap((delta) => chunks.of(delta)),
      ...chunks.end(this.#source(elapsed)),
    ];
    const joined = pieces.reduce((sum, piece) => sum.concat(piece));
    return { generations: [{ text: joined.text, message: toMessage(joined.message as AIMessageChunk) }] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const { client } = this.#fields;
    const elapsed = stopwatch();
    const chunks = this.#chunks(messages);
    const stream = client.streamChat(this.#request(messages, options), this.#clientCall(options));
    for await (const delta of stream) {
      if (delta.kind !== 'facts') elapsed.mark();
      for (const chunk of chunks.of(delta)) {
        yield chunk;
        await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk });
      }
    }
    yield* chunks.end(this.#source(elapsed));
  }

  #chunks(messages: readonly BaseMessage[]): ReplyChunks {
    return new ReplyChunks(new ToolCallLedger(messages), this.#fields.quirks.has('think-tags'));
  }

  #source(elapsed: Stopwatch): ReplySource {
    const { provider, model } = this.#fields;
    return { provider, model, elapsed: elapsed.read };
  }

  #request(messages: readonly BaseMessage[], options: this['ParsedCallOptions']): ChatRequest {
    const { call, model, think, quirks } = this.#fields;
    if (messages.length === 0)
      throw new InputRejectedError('a conversation without a message: there is nothing to answer');
    const output = toOutput(options.response_format);
    return {
      model,
      turns: quirks.has('ignores-response-format')
        ? askForJson(turnsFromMessages(messages), output)
        : turnsFromMessages(messages),
      parameters: options.stop === undefined ? call.parameters : { ...call.parameters, stop: options.stop },
      tools: toOfferedTools(options.tools),
      toolChoice: toToolChoice(options.tool_choice),
      output,
      think: options.think ?? think,
    };
  }

  #clientCall({ signal }: this['ParsedCallOptions']): ClientCall {
    const { call } = this.#fields;
    const isSame = signal === undefined || signal === call.signal;
    return { ...call, signal: isSame ? call.signal : AbortSignal.any([signal, call.signal]) };
  }
}

/** Where the server cannot constrain its output, the model is at least told what to write. */
function askForJson(turns: ChatTurn[], output: ChatRequest['output']): ChatTurn[] {
  if (output === undefined) return turns;
  const form = output === 'json' ? 'one JSON object' : `JSON that fits this schema: ${JSON.stringify(output.schema)}`;
  const part = { kind: 'text', text: `Answer with nothing but ${form}` } as const;
  const [first, ...rest] = turns;
  // Templates take one system turn, at the start.
  if (first?.role === 'system') return [{ ...first, parts: [...first.parts, part] }, ...rest];
  return [{ role: 'system', parts: [part] }, ...turns];
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
