import { ChatAnthropicMessages, type ChatAnthropicCallOptions } from '@langchain/anthropic';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult } from '@langchain/core/outputs';
import { findCatalogueEntry, type CallParameters } from 'wooster';
import type { CloudAttempt } from '../common/cloud.ts';
import { answerStream, answerWhole, type SaidPart } from '../common/guarded-call.ts';
import { keyedFetch, type KeyWire } from '../common/keyed-fetch.ts';
import { asFields, watchReply } from '../common/watched-reply.ts';
import { ANTHROPIC_CATALOGUE } from '../common/cloud-catalogue.ts';
import {
  isCallForced,
  isForeignTurn,
  markTools,
  toAnthropicMessages,
  toAnthropicOptions,
  toAnthropicTool,
} from './anthropic-request.ts';
import { AnthropicWatch } from './anthropic-watch.ts';

/** What a user may set for Anthropic. */
export interface AnthropicOptions {
  /** Reasoning before the answer: its tokens, or as many as the model finds right. */
  readonly thinking?: number | 'adaptive';
  /** Marks long beginnings, so that they are kept for the next turn. */
  readonly promptCaching: boolean;
}

/** Longest answer of a model that the catalogue does not know; every model of Anthropic takes it. */
const LEAST_OUTPUT = 4096;

/** Generations that take no temperature, and reason by their own measure only (Anthropic's guide to adaptive thinking). */
const ADAPTIVE_ONLY = /^claude-(opus-(4-[7-9]|[5-9])|sonnet-[5-9]|haiku-[5-9]|fable|mythos)/;

type Fields = ConstructorParameters<typeof ChatAnthropicMessages>[0];

function outputTokens(model: string, { maxTokens }: CallParameters, thinking: number): number {
  const most = findCatalogueEntry(model, 'cloud', ANTHROPIC_CATALOGUE)?.maxOutputTokens ?? LEAST_OUTPUT;
  // Reasoning is counted within the limit, which is one of what is said.
  return Math.max(1, Math.min(most, (maxTokens ?? most) + (maxTokens === undefined ? 0 : thinking)));
}

/** Parameters as this model takes them; what it refuses stays out. */
function parametersFor(model: string, parameters: CallParameters, thinking: AnthropicOptions['thinking']): Fields {
  const isAdaptive = thinking === 'adaptive' || (thinking !== undefined && ADAPTIVE_ONLY.test(model));
  const budget = typeof thinking === 'number' && !isAdaptive ? thinking : undefined;
  const takesSampling = thinking === undefined && !ADAPTIVE_ONLY.test(model);
  return {
    model,
    // Of the two Anthropic takes one.
    temperature: takesSampling ? parameters.temperature : undefined,
    topP: takesSampling && parameters.temperature === undefined ? parameters.topP : undefined,
    maxTokens: outputTokens(model, parameters, budget ?? 0),
    stopSequences: parameters.stop === undefined ? undefined : [...parameters.stop],
    ...(isAdaptive && { thinking: { type: 'adaptive', display: 'summarized' } as const }),
    ...(budget !== undefined && { thinking: { type: 'enabled', budget_tokens: budget } as const }),
  };
}

/**
 * LangChain's own Anthropic model with what the contract asks besides: no retries, our limits, errors of the table, and
 * a stream that counts only once `message_stop` was seen. Answers come in the form of the house.
 */
export class AnthropicChatModel extends ChatAnthropicMessages {
  readonly #attempt: CloudAttempt;
  readonly #options: AnthropicOptions;
  #watch: AnthropicWatch;
  #isThinkingRefused = false;

  constructor(attempt: CloudAttempt, options: AnthropicOptions, wire: KeyWire) {
    const { place, base, call, guarded, apiKey } = attempt;
    const keyed = keyedFetch({ guarded, apiKey, place, wire });
    super({
      ...parametersFor(place.model, call.parameters, options.thinking),
      maxRetries: 0,
      streamUsage: true,
      // The package insists on a key; the real one is put in by `fetch`.
      apiKey: 'set-when-sent',
      anthropicApiUrl: base.root,
      clientOptions: {
        authToken: null,
        fetch: async (input, init) => {
          this.#watch.isAsked = true;
          return watchReply(await keyed(input, init), this.#watch, place);
        },
        maxRetries: 0,
        // Our own limits apply; the package's must not come first.
        timeout: call.limits.totalMs + 60_000,
        logLevel: 'off',
      },
    });
    this.#attempt = attempt;
    this.#options = options;
    this.#watch = new AnthropicWatch(place);
  }

  override invocationParams(
    options?: this['ParsedCallOptions'],
  ): ReturnType<ChatAnthropicMessages['invocationParams']> {
    const asked = super.invocationParams(options);
    const tools = this.#options.promptCaching ? markTools(asked.tools) : asked.tools;
    return { ...asked, tools, ...(this.#isThinkingRefused && { thinking: undefined }) };
  }

  override bindTools(
    ...[tools, options]: Parameters<ChatAnthropicMessages['bindTools']>
  ): ReturnType<ChatAnthropicMessages['bindTools']> {
    return super.bindTools(tools.map(toAnthropicTool), options);
  }

  /** By constrained output rather than by a forced tool, which reasoning rules out. */
  override withStructuredOutput(schema: never, config?: never): never {
    const asked = { method: 'jsonSchema', ...(config as object | undefined) };
    return super.withStructuredOutput(schema, asked) as never;
  }

  override async _generate(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const ready = toAnthropicOptions(options);
    return answerWhole(this.#guarded(options.signal), (signal) =>
      super._generate(this.#messages(messages, ready), { ...ready, signal }, runManager),
    );
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const ready = toAnthropicOptions(options);
    yield* answerStream(this.#guarded(options.signal), (signal) =>
      super._streamResponseChunks(this.#messages(messages, ready), { ...ready, signal }, runManager),
    );
  }

  #messages(messages: readonly BaseMessage[], options: ChatAnthropicCallOptions): BaseMessage[] {
    const { tools = [] } = super.invocationParams(options);
    const toolsLength = tools.length === 0 ? 0 : JSON.stringify(tools).length;
    // With a budget for it, Anthropic refuses a turn of calls that another model began.
    const isForeign = this.thinking.type === 'enabled' && isForeignTurn(messages);
    this.#isThinkingRefused = isForeign || isCallForced(options);
    return toAnthropicMessages(messages, { isCaching: this.#options.promptCaching, toolsLength });
  }

  #guarded(signal: AbortSignal | undefined): Parameters<typeof answerWhole>[0] {
    const { call, place } = this.#attempt;
    this.#watch = new AnthropicWatch(place);
    return { call, place, signal, told: () => this.#watch, read: readSaid };
  }
}

/** The text and the reasoning of a message of the package; calls it carries apart. */
function readSaid({ content }: BaseMessage): SaidPart {
  if (typeof content === 'string') return { text: content, reasoning: '' };
  const blocks = content.map(asFields);
  const join = (type: string, field: string): string =>
    blocks.map((block) => (block.type === type && typeof block[field] === 'string' ? block[field] : '')).join('');
  return { text: join('text', 'text'), reasoning: join('thinking', 'thinking') };
}
