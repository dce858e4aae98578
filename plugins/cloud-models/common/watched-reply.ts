import { classifyFault, MalformedReplyError, parseJson, readErrorValue, readEventStream } from 'wooster';
import type { Place } from './call-faults.ts';

/** A JSON object of a wire. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one when it is none. */
export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Takes note of what a reply tells before the client package reads it, and throws what the package would pass over. */
export interface ReplyWatch {
  /** One event of a stream; gives back what the package is to read. */
  readEvent(value: Fields): unknown;
  /** A whole answer; gives back what the package is to read. */
  readWhole(value: Fields): unknown;
}

/**
 * The reply as the client package gets it. Packages skip events they do not know, among them errors, and take any end
 * of a stream for a success: here each event is seen.
 */
export async function watchReply(reply: Response, watch: ReplyWatch, place: Place): Promise<Response> {
  const type = reply.headers.get('content-type') ?? '';
  const headers = { ...Object.fromEntries(reply.headers), 'content-type': type };
  if (type.startsWith('text/event-stream') && reply.body !== null) {
    return new Response(ReadableStream.from(watchEvents(reply.body, watch)), { headers });
  }
  const value = parseJson(await reply.text());
  const { provider, address, model } = place;
  if (typeof value !== 'object' || value === null) {
    const text = `${provider} at ${address}: a reply that is no answer; ask again, or check the base URL`;
    throw new MalformedReplyError(text, { provider, model });
  }
  const error = readErrorValue('error' in value ? { error: value.error } : undefined);
  if (error !== undefined) throw classifyFault({ ...place, error });
  return new Response(JSON.stringify(watch.readWhole(asFields(value))), { headers });
}

async function* watchEvents(body: AsyncIterable<Uint8Array>, watch: ReplyWatch): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  for await (const { event, data } of readEventStream(body)) {
    const value = parseJson(data);
    if (typeof value !== 'object' || value === null) throw new TypeError('an event that is no JSON');
    const name = event === undefined ? '' : `event: ${event}\n`;
    yield encoder.encode(`${name}data: ${JSON.stringify(watch.readEvent(asFields(value)))}\n\n`);
  }
}
