import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { BaseChatModelCallOptions, BindToolsInput } from '@langchain/core/language_models/chat_models';
import type { AIMessageChunk, BaseMessage, UsageMetadata } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { CapabilityError } from '../../contracts/errors/provider-errors.ts';
import type { CallContext } from '../../contracts/models/call-context.ts';
import type { Provider } from '../../contracts/models/provider.ts';
import type { TokenUsage } from '../../contracts/routing/decision.ts';
import type { CallBound } from '../../contracts/routing/route-request.ts';
import type { ReplyCodec, RoutedOperation } from '../../contracts/routing/router.ts';
import { estimatePromptTokens } from './estimate-tokens.ts';
import { translateHistory } from './history/translate-history.ts';
import { textsOf } from './content/message-texts.ts';
import { boundOfPrompt } from './content/prompt-bound.ts';
import { redactMessages, restoreChunks } from './content/redacted-call.ts';
import { isAnswerPart, isReasoningPart, lengthOfPart } from './message-parts.ts';
import { chatCodec } from './reply-codec.ts';
import { isSameModel } from './same-model.ts';

/** What of a call is passed on to whichever model answers. */
export interface ChatCallOptions extends BaseChatModelCallOptions {
  readonly tools?: BindToolsInput[];
  /** As on the OpenAI wire: `{type: 'json_schema', json_schema: {name, schema}}`. */
  readonly response_format?: Readonly<Record<string, unknown>>;
}

/** Of English prose. */
const CHARACTERS_PER_TOKEN = 4;

/** Characters. */
const LONGEST_USUAL_TOKEN = 16;

/** What LangChain's bound runnables carry. */
interface Binding {
  readonly bound?: unknown;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** The options that a provider's own `bindTools` turns tools into; each provider writes them in its own form. */
function bindTools(model: BaseChatModel, options: ChatCallOptions): Record<string, unknown> {
  const { tools } = options;
  if (tools === undefined || tools.length === 0) return {};
  const choice = options.tool_choice === undefined ? {} : { tool_choice: options.tool_choice };
  let binding = model.bindTools?.(tools, choice) as Binding | undefined;
  const joined: Record<string, unknown> = {};
  while (binding !== undefined && binding !== (model as unknown)) {
    Object.assign(joined, binding.kwargs, binding.config);
    binding = binding.bound as Binding | undefined;
    if (binding !== undefined && !('bound' in binding)) break;
  }
  return joined;
}

function addUsage(sum: UsageMetadata | undefined, more: UsageMetadata): UsageMetadata {
  return {
    input_tokens: (sum?.input_tokens ?? 0) + more.input_tokens,
    output_tokens: (sum?.output_tokens ?? 0) + more.output_tokens,
    total_tokens: (sum?.total_tokens ?? 0) + more.total_tokens,
    input_token_details: {
      cache_read: (sum?.input_token_details?.cache_read ?? 0) + (more.input_token_details?.cache_read ?? 0),
      cache_creation: (sum?.input_token_details?.cache_creation ?? 0) + (more.input_token_details?.cache_creation ?? 0),
    },
  };
}

/**
 * One chat call as the attempt loop sees it. It streams from the provider's model even for a plain call, so that the
 * end-marker rule, the first-token limit and the time to the first token hold for both; a model that cannot stream is
 * asked for the whole. The provider's model gets no callbacks, so that a token is told once, by the routed model.
 */
export class ChatOperation implements RoutedOperation<ChatGenerationChunk> {
  readonly id = 'chat';
  readonly isStreamed = true;
  readonly isWhole: boolean;
  readonly codec: ReplyCodec<ChatGenerationChunk>;
  readonly #messages: BaseMessage[];
  readonly #options: ChatCallOptions;
  #asked = '';
  #usage: UsageMetadata | undefined;
  #outputTokens = 0;
  readonly #answer: string[] = [];

  /** `isWhole`: the caller waits for the whole answer. */
  constructor(messages: BaseMessage[], options: ChatCallOptions, isWhole = false) {
    this.#messages = messages;
    this.#options = options;
    this.isWhole = isWhole;
    this.codec = chatCodec(messages, options);
  }

  async *run(provider: Provider, modelId: string, call: CallContext): AsyncGenerator<ChatGenerationChunk> {
    this.#asked = modelId;
    this.#usage = undefined;
    this.#outputTokens = 0;
    this.#answer.splice(0);
    const model = await provider.chat?.(modelId, call);
    if (model === undefined) {
      throw new CapabilityError(`${provider.id}: this provider does not chat`, { capability: 'chat' });
    }
    if (this.#options.tools?.length && model.bindTools === undefined) {
      throw new CapabilityError(`${provider.id}: ${modelId} cannot call tools`, { capability: 'tools' });
    }
    const { stop, response_format } = this.#options;
    const options = { stop, ...(response_format && { response_format }), ...bindTools(model, this.#options) };
    const target = { providerId: provider.id, modelId, isCloud: call.permit !== undefined };
    const { messages, redaction } = await redactMessages(translateHistory(this.#messages, target), call);
    const chunks = this.#stream(model, messages, { ...options, signal: call.signal });
    yield* redaction === undefined ? chunks : restoreChunks(chunks, redaction);
  }

  texts(): readonly string[] {
    return textsOf(this.#messages);
  }

  bound(): CallBound {
    return { inputTokens: boundOfPrompt(this.#messages, this.#options) };
  }

  answer(): string {
    return this.#answer.join('');
  }

  isOutput({ message }: ChatGenerationChunk): boolean {
    return isAnswerPart(message);
  }

  isProgress({ message }: ChatGenerationChunk): boolean {
    return isReasoningPart(message);
  }

  /** Most servers send a token a piece; only a piece that is longer than nearly every token is counted by its length. */
  tokensIn({ message }: ChatGenerationChunk): number {
    const length = lengthOfPart(message);
    return length <= LONGEST_USUAL_TOKEN ? 1 : Math.round(length / CHARACTERS_PER_TOKEN);
  }

  observe(chunk: ChatGenerationChunk): { usage?: TokenUsage; repliedModel?: string; costUsd?: number } {
    const message = chunk.message as AIMessageChunk;
    const length = lengthOfPart(message);
    if (chunk.text !== '') this.#answer.push(chunk.text);
    if (length > 0) this.#outputTokens += Math.max(1, length / CHARACTERS_PER_TOKEN);
    if (message.usage_metadata !== undefined) this.#usage = addUsage(this.#usage, message.usage_metadata);
    const replied: unknown = message.response_metadata.model_name ?? message.response_metadata.model;
    const isOther = typeof replied === 'string' && replied !== '' && !isSameModel(this.#asked, replied);
    const { costUsd }: Readonly<Record<string, unknown>> = message.response_metadata;
    return {
      usage: this.#countedUsage(),
      repliedModel: isOther ? replied : undefined,
      ...(typeof costUsd === 'number' && { costUsd }),
    };
  }

  /** By length: what the server did not count is at least told apart from what it did. */
  estimate(): TokenUsage {
    const inputTokens = estimatePromptTokens(this.#messages, this.#options.tools);
    return { inputTokens, outputTokens: Math.ceil(this.#outputTokens), isEstimated: true };
  }

  #countedUsage(): TokenUsage | undefined {
    if (this.#usage === undefined) return undefined;
    const { input_tokens: inputTokens, output_tokens: outputTokens, input_token_details: details } = this.#usage;
    const cached = details?.cache_read ?? 0;
    const written = details?.cache_creation ?? 0;
    return {
      inputTokens,
      outputTokens,
      isEstimated: false,
      ...(cached > 0 && { cachedInputTokens: cached }),
      ...(written > 0 && { cacheWriteTokens: written }),
    };
  }

  async *#stream(
    model: BaseChatModel,
    messages: BaseMessage[],
    options: BaseChatModelCallOptions,
  ): AsyncGenerator<ChatGenerationChunk> {
    if (model._streamResponseChunks !== BaseChatModel.prototype._streamResponseChunks) {
      yield* model._streamResponseChunks(messages, options);
      return;
    }
    const { generations } = await model._generate(messages, options);
    const [generation] = generations;
    if (generation !== undefined) yield new ChatGenerationChunk(generation as ChatGenerationChunk);
  }
}
