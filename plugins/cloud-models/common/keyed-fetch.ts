import {
  classifyFault,
  MalformedReplyError,
  readErrorText,
  readRetryAfter,
  type ErrorBody,
  type ProviderError,
  type Secret,
} from 'wooster';
import type { Place } from './call-faults.ts';

/** How a cloud wants its key, and what it says when it refuses. */
export interface KeyWire {
  /** The header that carries a key. */
  readonly sign: (key: string) => readonly [name: string, value: string];
  /** The status a refusal should have had, where the cloud gives another. */
  readonly statusOf?: (status: number, error: ErrorBody) => number;
  /** What the body of a refusal says, where the cloud says it in a form of its own. */
  readonly readError?: (text: string, nowMs: number) => ErrorBody;
}

/** What stands between a client package and the network. */
export interface KeyedFetchOptions {
  /** `fetch` of the guarded client, bound to the permit of this attempt. */
  readonly guarded: typeof globalThis.fetch;
  readonly apiKey: Secret;
  readonly place: Place;
  readonly wire: KeyWire;
}

/** Headers in which client packages would send a key of their own finding, and what they tell of this machine. */
const NOT_SENT = /^(authorization|x-api-key|x-goog-api-key|x-stainless-.*|user-agent)$/;

/**
 * A `fetch` for a client package: it puts the key in at the last moment, so that no object of the package holds it, and
 * turns refusals and web pages into errors of the table, since packages keep neither `Retry-After` nor other bodies.
 */
export function keyedFetch({ guarded, apiKey, place, wire }: KeyedFetchOptions): typeof globalThis.fetch {
  return async (input, init) => {
    const asked = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    const headers = new Headers([...asked].filter(([name]) => !NOT_SENT.test(name)));
    headers.set(...wire.sign(apiKey.reveal()));
    const reply = await guarded(input, { ...init, headers });
    if (!reply.ok) {
      const { status } = reply;
      throw readRefusal(
        { status, headers: Object.fromEntries(reply.headers), text: await reply.text() },
        { place, apiKey, wire },
      );
    }
    if ((reply.headers.get('content-type') ?? '').startsWith('text/html')) {
      await reply.body?.cancel();
      const { provider, address, model } = place;
      const text = `${provider} at ${address}: an HTML page; this is no model server, check the address`;
      throw new MalformedReplyError(text, { provider, model });
    }
    return reply;
  };
}

/** A refusal as an error of the table; a key that the server repeats is not shown. */
export function readRefusal(
  reply: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string },
  { place, apiKey, wire }: Pick<KeyedFetchOptions, 'place' | 'apiKey' | 'wire'>,
): ProviderError {
  const now = Date.now();
  const told = wire.readError?.(reply.text, now) ?? readErrorText(reply.text);
  const error = { ...told, message: told.message.replaceAll(apiKey.reveal(), '[secret]') };
  const status = wire.statusOf?.(reply.status, error) ?? reply.status;
  const retryAfterMs = readRetryAfter(reply.headers, now, status);
  return classifyFault({ ...place, status, error, retryAfterMs });
}
