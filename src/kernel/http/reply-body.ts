import type { Readable } from 'node:stream';
import { MalformedReplyError } from '../../contracts/errors/provider-errors.ts';
import { toCancellation } from './cancellation.ts';
import { toUnreachable } from './connection-errors.ts';

/** Largest body read as text when the caller names no other bound: a batch of embeddings as JSON fits. */
const DEFAULT_TEXT_BYTES = 64 * 1024 * 1024;

/** Whose body it is, and the signal that ends it. */
interface BodyPlace {
  readonly provider: string;
  readonly address: string;
  readonly signal: AbortSignal;
}

/** The bytes of a body as they come, with errors of ours. Leaving the iteration destroys the socket. */
export async function* iterateBody(body: Readable, place: BodyPlace): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
    if (place.signal.aborted) throw toCancellation(place.signal);
  } catch (error) {
    throw place.signal.aborted ? toCancellation(place.signal) : toUnreachable(error, place);
  } finally {
    if (!body.readableEnded) body.destroy();
  }
}

/** The whole body as UTF-8 text; MalformedReplyError beyond the bound. */
export async function readText(
  body: AsyncIterable<Uint8Array>,
  place: { provider: string; address: string },
  maxBytes: number = DEFAULT_TEXT_BYTES,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new MalformedReplyError(
        `${place.provider} at ${place.address}: a reply of more than ${maxBytes} bytes; it is not what was asked for`,
        { provider: place.provider },
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** An abort closes the socket also while nobody reads the body. */
export function closeOnAbort(body: Readable, signal: AbortSignal): void {
  const abort = (): void => void body.destroy(toCancellation(signal));
  // Whoever iterates sees the error; without a listener an abort before that would be an uncaught one.
  body.on('error', () => {});
  body.once('close', () => signal.removeEventListener('abort', abort));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
}
