import { randomUUID } from 'node:crypto';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseLanguageModelInput, StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { BindToolsInput } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import type { ChatResult } from '@langchain/core/outputs';
import type { Runnable } from '@langchain/core/runnables';
import { MalformedReplyError } from '../../contracts/errors/provider-errors.ts';
import type { CallLimits, CallParameters } from '../../contracts/models/call-context.ts';
import { LOCAL_PRINCIPAL } from '../../contracts/plugins/principal.ts';
import type { RouteDecision } from '../../contracts/routing/decision.ts';
import type { ModelRouterService, RoutedChatDefaults } from '../../contracts/routing/router.ts';
import { CallTrail } from './call-trail.ts';
import { ChatOperation } from './chat-operation.ts';
import type { ChatCallOptions } from './chat-operation.ts';
import { toChatRequest } from './chat-request.ts';
import { joinChunks } from './join-chunks.ts';
import { textsOf } from './content/message-texts.ts';
import type { OutputSchema } from './structured/answer-schema.ts';
import { pipeToSchema } from './structured-output.ts';

/** Options of one call of a routed chat model. */
interface RoutedChatCallOptions extends ChatCallOptions {
  readonly parameters?: CallParameters;
  readonly limits?: Partial<CallLimits>;
  readonly stickyKey?: string;
}

/** Either one decision that every call executes, or defaults from which each call is decided anew. */
interface RoutedChatFields {
  readonly router: ModelRouterService;
  readonly decision?: RouteDecision;
  readonly defaults?: RoutedChatDefaults;
}

/**
 * A LangChain chat model that is routed. Each call decides once and executes that decision; the reply's
 * `response_metadata` says which model answered, by which decision, after how many attempts, and how long it took.
 * Throws contract errors. It has no retries of its own.
 */
export class RoutedChatModel extends BaseChatModel<RoutedChatCallOptions> {
  readonly #router: ModelRouterService;
  readonly #decision: RouteDecision | undefined;
  readonly #defaults: RoutedChatDefaults;

  constructor(fields: RoutedChatFields) {
    super({ maxRetries: 0 });
    this.#router = fields.router;
    this.#decision = fields.decision;
    this.#defaults = fields.defaults ?? {};
  }

  override _llmType(): string {
    return 'wooster-routed';
  }

  override bindTools(
    tools: BindToolsInput[],
    options?: Partial<RoutedChatCallOptions>,
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, RoutedChatCallOptions> {
    return this.withConfig({ ...options, tools });
  }

  /** By a JSON schema that the server keeps to unless another method is named; see StructuredOutput. */
  override withStructuredOutput(schema: OutputSchema, config?: StructuredOutputMethodOptions<boolean>): never {
    // LangChain declares six overloads of this method; `never` satisfies each, and callers see LangChain's own types.
    return pipeToSchema(() => this.#keptTogether(), schema, config) as never;
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    for await (const chunk of this.#run(messages, options, false)) {
      yield chunk;
      await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk });
    }
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    const chunks: ChatGenerationChunk[] = [];
    for await (const chunk of this.#run(messages, options, true)) chunks.push(chunk);
    const joined = joinChunks(chunks);
    if (joined === undefined) throw new MalformedReplyError('the reply is empty');
    return { generations: [{ text: joined.text, message: toMessage(joined.message as AIMessageChunk) }] };
  }

  /** A model whose calls go to the target that answered the first of them, while it can. */
  #keptTogether(): RoutedChatModel {
    if (this.#decision !== undefined) return this;
    const defaults = { ...this.#defaults, loopKey: this.#defaults.loopKey ?? randomUUID() };
    return new RoutedChatModel({ router: this.#router, defaults });
  }

  async *#run(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    isWhole: boolean,
  ): AsyncGenerator<ChatGenerationChunk> {
    const signal = options.signal ?? new AbortController().signal;
    const parameters = { ...this.#defaults.parameters, ...options.parameters };
    const decision = this.#decision ?? (await this.#decide(messages, options, { parameters, signal }));
    const principal = this.#decision?.request.principal ?? this.#defaults.principal ?? LOCAL_PRINCIPAL;
    const trail = new CallTrail(decision.id);
    const { onAttempt } = trail;
    const operation = new ChatOperation(messages, options, isWhole);
    const limits =
      options.limits === undefined ? this.#defaults.limits : { ...this.#defaults.limits, ...options.limits };
    const { askConsent, cache } = this.#defaults;
    const call = { parameters, limits, principal, signal, onAttempt, askConsent, cache };
    for await (const chunk of this.#router.execute(decision, operation, call)) {
      yield trail.withoutOwnKeys(chunk);
    }
    const message = new AIMessageChunk({ content: '', response_metadata: { ...trail.metadata() } });
    yield new ChatGenerationChunk({ text: '', message });
  }

  async #decide(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    { parameters, signal }: { parameters: CallParameters; signal: AbortSignal },
  ): Promise<RouteDecision> {
    const stickyKey = options.stickyKey ?? this.#defaults.stickyKey;
    const request = toChatRequest(messages, options, { ...this.#defaults, stickyKey, parameters });
    const decision = await this.#router.decide(request, signal, () => textsOf(messages));
    this.#defaults.onDecision?.(decision);
    return decision;
  }
}

function toMessage(chunk: AIMessageChunk): AIMessage {
  return new AIMessage({
    id: chunk.id,
    content: chunk.content,
    tool_calls: chunk.tool_calls,
    invalid_tool_calls: chunk.invalid_tool_calls,
    additional_kwargs: chunk.additional_kwargs,
    response_metadata: chunk.response_metadata,
    usage_metadata: chunk.usage_metadata,
  });
}
