import { ChatGoogle } from '@langchain/google';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult } from '@langchain/core/outputs';
import { AIMessageChunk, type AIMessage } from '@langchain/core/messages';
import type { CloudAttempt } from '../common/cloud.ts';
import { answerStream, answerWhole, type SaidPart } from '../common/guarded-call.ts';
import { keyedFetch, type KeyWire } from '../common/keyed-fetch.ts';
import { asFields, watchReply } from '../common/watched-reply.ts';
import { toGeminiMessages, toGeminiOptions } from './gemini-request.ts';
import { toGeminiTools } from './gemini-schema.ts';
import { GeminiWatch } from './gemini-watch.ts';

/** What a user may set for Gemini. */
export interface GeminiOptions {
  /** How much it reasons before it answers. */
  readonly thinking?: 'minimal' | 'low' | 'medium' | 'high';
}

/**
 * LangChain's own Google model with what the contract asks besides: no retries, our limits, errors of the table, and a
 * stream that counts only once a finish reason was seen. Answers come in the form of the house.
 */
export class GeminiChatModel extends ChatGoogle {
  readonly #attempt: CloudAttempt;
  #watch: GeminiWatch;

  constructor(attempt: CloudAttempt, options: GeminiOptions, { wire, root }: { wire: KeyWire; root: string }) {
    const { place, call, guarded, apiKey } = attempt;
    const { temperature, topP, maxTokens, stop, seed } = call.parameters;
    const keyed = keyedFetch({ guarded, apiKey, place, wire });
    super({
      model: place.model,
      temperature,
      topP,
      seed,
      maxOutputTokens: maxTokens,
      stopSequences: stop === undefined ? undefined : [...stop],
      ...(options.thinking !== undefined && { thinkingLevel: options.thinking }),
      maxRetries: 0,
      platformType: 'gai',
      endpoint: root,
      // The package finds no key: the client that it is given puts one in when it sends.
      apiKey: 'set-when-sent',
      apiClient: {
        hasApiKey: () => true,
        getProjectId: async () => '',
        fetch: async (request: Request) => {
          this.#watch.isAsked = true;
          return watchReply(await keyed(request), this.#watch, place);
        },
      },
    });
    this.#attempt = attempt;
    this.#watch = new GeminiWatch(place);
  }

  override bindTools(...[tools, options]: Parameters<ChatGoogle['bindTools']>): ReturnType<ChatGoogle['bindTools']> {
    return super.bindTools(toGeminiTools(tools), options);
  }

  /** By constrained output rather than by a forced tool. */
  override withStructuredOutput(schema: never, config?: never): never {
    const asked = { method: 'jsonSchema', ...(config as object | undefined) };
    return super.withStructuredOutput(schema, asked) as never;
  }

  override async _generate(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const ready = toGeminiMessages(messages, this.model);
    return answerWhole(this.#guarded(options.signal), (signal) =>
      super._generate(ready, { ...toGeminiOptions(options), signal }, runManager),
    );
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const ready = toGeminiMessages(messages, this.model);
    yield* answerStream(this.#guarded(options.signal), (signal) =>
      withCallPieces(super._streamResponseChunks(ready, { ...toGeminiOptions(options), signal }, runManager)),
    );
  }

  #guarded(signal: AbortSignal | undefined): Parameters<typeof answerWhole>[0] {
    const { call, place } = this.#attempt;
    this.#watch = new GeminiWatch(place);
    return { call, place, signal, told: () => this.#watch, read: readSaid };
  }
}

/** Calls come whole on this wire, without a number among the calls of the answer; joined chunks need one. */
async function* withCallPieces(chunks: AsyncIterable<ChatGenerationChunk>): AsyncGenerator<ChatGenerationChunk> {
  let index = 0;
  for await (const chunk of chunks) {
    const { content, tool_calls = [] } = chunk.message as AIMessage;
    const pieces = tool_calls.map(({ id, name, args }) => ({
      type: 'tool_call_chunk' as const,
      index: index++,
      id,
      name,
      args: JSON.stringify(args ?? {}),
    }));
    chunk.message = new AIMessageChunk({ content, tool_call_chunks: pieces });
    yield chunk;
  }
}

/** The text and the reasoning of a message of the package; calls it carries apart. */
function readSaid({ content }: BaseMessage): SaidPart {
  if (typeof content === 'string') return { text: content, reasoning: '' };
  const blocks = content.map(asFields).filter(({ text }) => typeof text === 'string');
  const join = (isThought: boolean): string =>
    blocks.map(({ text, thought }) => ((thought === true) === isThought ? (text as string) : '')).join('');
  return { text: join(false), reasoning: join(true) };
}
