import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from '@langchain/core/language_models/chat_models';
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';

/** One scripted answer: tokens, then tool calls, then perhaps a failure. */
export interface ScriptedAnswer {
  readonly tokens?: readonly string[];
  readonly reasoning?: string;
  readonly toolCalls?: readonly {
    readonly name: string;
    readonly args: Record<string, unknown>;
    /** Arguments as text, which may be no JSON. */
    readonly text?: string;
    readonly id?: string;
  }[];
  readonly failure?: Error;
  /** Called before the first token, for example to abort. */
  readonly before?: () => void | Promise<void>;
}

/** A chat model that plays answers in order and keeps what it was asked. */
export class ScriptedChatModel extends BaseChatModel {
  readonly asked: BaseMessage[][] = [];
  readonly boundTools: string[][] = [];
  readonly #answers: ScriptedAnswer[];
  readonly #metadata: Record<string, unknown>;

  constructor(answers: readonly ScriptedAnswer[], metadata: Record<string, unknown> = {}) {
    super({});
    this.#answers = [...answers];
    this.#metadata = metadata;
  }

  _llmType(): string {
    return 'scripted';
  }

  override bindTools(tools: BindToolsInput[]): ReturnType<NonNullable<BaseChatModel['bindTools']>> {
    this.boundTools.push(tools.map((tool) => String((tool as { name?: string }).name)));
    return this;
  }

  async _generate(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    manager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    let whole: ChatGenerationChunk | undefined;
    for await (const chunk of this._streamResponseChunks(messages, options, manager))
      whole = whole?.concat(chunk) ?? chunk;
    return { generations: whole === undefined ? [] : [whole] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: BaseChatModelCallOptions,
    _manager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    this.asked.push(messages);
    const answer = this.#answers.shift() ?? { tokens: ['(no more answers)'] };
    await answer.before?.();
    options.signal?.throwIfAborted();
    if (answer.reasoning !== undefined)
      yield makeChunk('', { additional_kwargs: { reasoning_content: answer.reasoning } });
    for (const token of answer.tokens ?? []) yield makeChunk(token, {});
    const calls = (answer.toolCalls ?? []).map(({ name, args, text, id }, index) => ({
      name,
      args: text ?? JSON.stringify(args),
      id: id ?? `call-${this.asked.length}-${index}`,
      index,
      type: 'tool_call_chunk' as const,
    }));
    if (calls.length > 0) yield makeChunk('', { tool_call_chunks: calls });
    if (answer.failure !== undefined) throw answer.failure;
    yield makeChunk('', {
      usage_metadata: {
        input_tokens: 7,
        output_tokens: answer.tokens?.length ?? 0,
        total_tokens: 7 + (answer.tokens?.length ?? 0),
      },
      response_metadata: { finish_reason: calls.length > 0 ? 'tool_calls' : 'stop', ...this.#metadata },
    });
  }
}

function makeChunk(text: string, fields: Record<string, unknown>): ChatGenerationChunk {
  return new ChatGenerationChunk({ text, message: new AIMessageChunk({ content: text, ...fields }) });
}
