import { MalformedReplyError, parseJson, readErrorText, readErrorValue } from 'wooster';
import { classifyToldFault, type Place } from '../common/call-faults.ts';
import { keyedFetch, type KeyedFetchOptions, type KeyWire } from '../common/keyed-fetch.ts';
import type { OpenAIBill } from './openai-bill.ts';
import { asEventStream } from './openai-reply.ts';

/** The key as OpenAI and all that speak its wire want it. */
export const BEARER_KEY: KeyWire = { sign: (key) => ['authorization', `Bearer ${key}`] };

interface OpenAIFetchOptions extends Omit<KeyedFetchOptions, 'wire'> {
  readonly wire?: KeyWire;
  /** Where the provider's own figure of the cost is kept. */
  readonly bill?: OpenAIBill;
  /** A stream is whole only with `[DONE]` at its end. */
  readonly needsDone?: boolean;
}

/** A `fetch` for OpenAI's client package. JSON where a stream was asked for is read as the stream it should have been. */
export function openAIFetch({ bill, needsDone = false, ...options }: OpenAIFetchOptions): typeof globalThis.fetch {
  const { wire = BEARER_KEY, place } = options;
  const keyed = keyedFetch({ ...options, wire });
  return async (input, init) => {
    const reply = await keyed(input, init);
    const type = reply.headers.get('content-type') ?? '';
    const isStream = type.startsWith('text/event-stream');
    bill?.readHeaders(reply.headers, isStream);
    if (type.startsWith('application/json') && isStreamAsked(init?.body)) return toStream(reply, place, wire);
    if (!needsDone || !isStream || reply.body === null) return reply;
    return new Response(ReadableStream.from(requireDone(reply.body)), { headers: reply.headers });
  };
}

/** Passes bytes on, and fails at their end unless the last line of data was `[DONE]`. */
async function* requireDone(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const decoder = new TextDecoder();
  let tail = '';
  for await (const bytes of body) {
    tail = (tail + decoder.decode(bytes, { stream: true })).slice(-200);
    yield bytes;
  }
  if (!/data: ?\[DONE\]\s*$/.test(tail)) throw new TypeError('a stream without [DONE] at its end');
}

function isStreamAsked(body: unknown): boolean {
  // Within a text of the conversation the quotation marks are escaped.
  return typeof body === 'string' && body.includes('"stream":true');
}

/** JSON where a stream was asked for: an error under a status of 200, or the answer of a server that does not stream. */
async function toStream(reply: Response, place: Place, wire: KeyWire): Promise<Response> {
  const text = await reply.text();
  const events = asEventStream(text);
  if (events !== undefined) return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
  const isError = readErrorValue(parseJson(text)) !== undefined;
  if (isError) throw classifyToldFault(wire.readError?.(text, Date.now()) ?? readErrorText(text), place);
  const { provider, address, model } = place;
  const what = text.trim() === '' ? 'an empty reply; ask again' : 'a reply that is no answer; check the base URL';
  throw new MalformedReplyError(`${provider} at ${address}: ${what}`, { provider, model });
}
