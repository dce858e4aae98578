import { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import axios from 'axios';
import { baseUrlOf, MODEL } from '../server/recorded-replies.ts';
import { QUESTION } from './client.ts';
import type { Client, ClientOptions } from './client.ts';

interface Choice {
  readonly message?: { readonly content?: string };
  readonly delta?: { readonly content?: string };
}

function bodyOf(stream: boolean): object {
  return { model: MODEL, messages: [{ role: 'user', content: QUESTION }], stream };
}

function choiceOf(text: string): Choice {
  const [choice] = (JSON.parse(text) as { choices: Choice[] }).choices;
  return choice ?? {};
}

/** The least that reads a stream of the OpenAI wire: lines, JSON, the end marker. */
async function* readPieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
      const piece = choiceOf(line.slice(6)).delta?.content;
      if (piece) yield piece;
    }
  }
}

/** The floor: Node's own `fetch`, which keeps its connections, and `JSON.parse`. */
export function openFetch({ addresses, tokens }: ClientOptions): Client {
  const url = `${baseUrlOf(addresses.primary, tokens)}/chat/completions`;
  const send = (isStream: boolean, signal?: AbortSignal): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(isStream)),
      signal,
    });
  return {
    complete: async (signal) => choiceOf(await (await send(false, signal)).text()).message?.content ?? '',
    async *stream(signal) {
      yield* readPieces((await send(true, signal)).body!);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What Wooster sends with: axios over an agent that keeps its connections. */
export function openAxios({ addresses, tokens }: ClientOptions): Client {
  const httpAgent = new Agent({ keepAlive: true });
  const url = `${baseUrlOf(addresses.primary, tokens)}/chat/completions`;
  return {
    complete: async (signal) => {
      const config = { httpAgent, signal, responseType: 'text' as const, transformResponse: [] };
      return choiceOf((await axios.post<string>(url, bodyOf(false), config)).data).message?.content ?? '';
    },
    async *stream(signal) {
      const config = { httpAgent, signal, responseType: 'stream' as const };
      yield* readPieces((await axios.post<Readable>(url, bodyOf(true), config)).data);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(httpAgent.destroy()),
  };
}
