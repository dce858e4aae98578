import {
  classifyFault,
  MalformedReplyError,
  parseJson,
  readErrorText,
  readErrorValue,
  readRetryAfter,
  type Secret,
} from 'wooster';
import type { OpenAIBill } from './openai-bill.ts';
import type { Place } from './openai-errors.ts';
import { asEventStream } from './openai-reply.ts';

/** What stands between the client package and the network. */
interface OpenAIFetchOptions {
  /** `fetch` of the guarded client, bound to the permit of this attempt. */
  readonly guarded: typeof globalThis.fetch;
  readonly apiKey: Secret;
  readonly place: Place;
  /** Where the provider's own figure of the cost is kept. */
  readonly bill?: OpenAIBill;
}

/**
 * A `fetch` for the client package: it puts the key in at the last moment, so that no object of the package holds it, and
 * turns refusals and web pages into errors of the table, since the package keeps neither `Retry-After` nor other bodies.
 */
export function openAIFetch({ guarded, apiKey, place, bill }: OpenAIFetchOptions): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${apiKey.reveal()}`);
    const reply = await guarded(input, { ...init, headers });
    const { provider, address, model } = place;
    if (!reply.ok) {
      const replyHeaders = Object.fromEntries(reply.headers);
      const error = readErrorText(await reply.text());
      const message = error.message.replaceAll(apiKey.reveal(), '[secret]');
      throw classifyFault({
        ...place,
        status: reply.status,
        error: { ...error, message },
        retryAfterMs: readRetryAfter(replyHeaders, Date.now(), reply.status),
      });
    }
    const type = reply.headers.get('content-type') ?? '';
    bill?.readHeaders(reply.headers, type.startsWith('text/event-stream'));
    if (type.startsWith('application/json') && isStreamAsked(init?.body)) return toStream(reply, place);
    if (type.startsWith('text/html')) {
      await reply.body?.cancel();
      const text = `${provider} at ${address}: an HTML page; this is no model server, check the address`;
      throw new MalformedReplyError(text, { provider, model });
    }
    return reply;
  };
}

function isStreamAsked(body: unknown): boolean {
  // Within a text of the conversation the quotation marks are escaped.
  return typeof body === 'string' && body.includes('"stream":true');
}

/** JSON where a stream was asked for: an error under a status of 200, or the answer of a server that does not stream. */
async function toStream(reply: Response, place: Place): Promise<Response> {
  const text = await reply.text();
  const events = asEventStream(text);
  if (events !== undefined) return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
  const error = readErrorValue(parseJson(text));
  if (error !== undefined) throw classifyFault({ ...place, error });
  const { provider, address, model } = place;
  const what = text.trim() === '' ? 'an empty reply; ask again' : 'a reply that is no answer; check the base URL';
  throw new MalformedReplyError(`${provider} at ${address}: ${what}`, { provider, model });
}
