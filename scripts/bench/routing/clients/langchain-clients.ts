import { ChatOpenAI } from '@langchain/openai';
import { baseUrlOf, MODEL } from '../server/recorded-replies.ts';
import { QUESTION } from './client.ts';
import type { Client, ClientOptions } from './client.ts';

/** What of LangChain's models the bench uses; ChatOpenAI and what `withFallbacks` makes of it both have it. */
interface Asked {
  invoke(input: string, options: { signal?: AbortSignal }): Promise<unknown>;
  stream(input: string, options: { signal?: AbortSignal }): Promise<AsyncIterable<unknown>>;
}

/** A client of LangChain that also tells how often the primary was sent a request. */
interface LangChainClient extends Client {
  readonly sentToPrimary: () => number;
}

/** How LangChain's own retries are set: none, or as it comes. */
export type Retries = 'none' | 'default';

function textOf(message: unknown): string {
  const { content } = message as { content: unknown };
  return typeof content === 'string' ? content : '';
}

function toClient(model: Asked, sentToPrimary: () => number): LangChainClient {
  return {
    sentToPrimary,
    complete: async (signal) => textOf(await model.invoke(QUESTION, { signal })),
    async *stream(signal) {
      for await (const chunk of await model.stream(QUESTION, { signal })) yield textOf(chunk);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function makeModels({ addresses, tokens, limitMs }: ClientOptions, retries: Retries) {
  let sent = 0;
  const counted: typeof fetch = (input, init) => {
    sent += 1;
    return fetch(input, init);
  };
  const common = { model: MODEL, apiKey: 'none', ...(retries === 'none' && { maxRetries: 0 }) };
  const primary = new ChatOpenAI({
    ...common,
    timeout: limitMs,
    configuration: { baseURL: baseUrlOf(addresses.primary, tokens), fetch: counted },
  });
  const fallback = new ChatOpenAI({ ...common, configuration: { baseURL: baseUrlOf(addresses.fallback, tokens) } });
  return { primary, fallback, sentToPrimary: () => sent };
}

/** ChatOpenAI alone, without retries. */
export function openChatOpenAI(options: ClientOptions): LangChainClient {
  const { primary, sentToPrimary } = makeModels(options, 'none');
  return toClient(primary, sentToPrimary);
}

/** ChatOpenAI with another one behind it. */
export function openWithFallbacks(options: ClientOptions, retries: Retries): LangChainClient {
  const { primary, fallback, sentToPrimary } = makeModels(options, retries);
  return toClient(primary.withFallbacks([fallback]), sentToPrimary);
}
