import { addressOf } from './base-url.ts';
import { toCancellation } from './cancellation.ts';
import type { HttpExchange } from './exchange/http-exchange.ts';
import type { Readable } from 'node:stream';
import { closeOnAbort } from './reply-body.ts';

/** What the guard of `fetch` needs from the client it belongs to. */
interface FetchGuard {
  readonly provider: string;
  readonly exchange: HttpExchange;
  /** The parsed URL, or a PrivacyError. */
  readonly check: (url: string) => URL;
  readonly onRedirect: (provider: string, address: string, status: number) => Error;
}

/** Replies that have no body by the standard, and may not be given one. */
const BODILESS = new Set([204, 205, 304]);

/**
 * `fetch` over the exchange of the client: it reaches only what the guard allows, follows no redirect and rejects with
 * errors of ours; a body that breaks off is told as by any fetch, since its reader knows what was whole. A body is sent whole, so an endless one never leaves.
 */
export function guardFetch({ provider, exchange, check, onRedirect }: FetchGuard): typeof globalThis.fetch {
  return async (input, init) => {
    const url = check(typeof input === 'string' ? input : input instanceof URL ? input.href : input.url);
    const place = { provider, address: addressOf(url) };
    const signal = init?.signal ?? (input instanceof Request ? input.signal : new AbortController().signal);
    if (signal.aborted) throw toCancellation(signal);
    const request = new Request(input, { ...init, signal: null });
    const { status, statusText, headers, body } = await exchange.send({
      method: request.method,
      url,
      headers: Object.fromEntries(request.headers),
      body: request.body === null ? undefined : Buffer.from(await request.arrayBuffer()),
      signal,
    });
    if (status >= 300 && status < 400 && headers.location !== undefined) {
      body.destroy();
      throw onRedirect(provider, place.address, status);
    }
    closeOnAbort(body, signal);
    const stream = ReadableStream.from(bytesOf(body, signal));
    const isBodiless = BODILESS.has(status);
    if (isBodiless) await stream.cancel();
    return new Response(isBodiless ? null : stream, { status, statusText, headers });
  };
}

async function* bytesOf(body: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (error) {
    throw signal.aborted ? toCancellation(signal) : error;
  } finally {
    if (!body.readableEnded) body.destroy();
  }
}
