import { toCancellation } from './cancellation.ts';
import { addressOf } from './base-url.ts';
import { toUnreachable } from './connection-errors.ts';

/** What the guard of `fetch` needs from the client it belongs to. */
interface FetchGuard {
  readonly provider: string;
  /** The parsed URL, or a PrivacyError. */
  check(url: string): URL;
  onRedirect(provider: string, address: string, status: number): Error;
}

/** `fetch` that reaches only what the guard allows, follows no redirect and rejects with errors of ours. */
export function guardFetch(guard: FetchGuard): typeof globalThis.fetch {
  return async (input, init) => {
    const text = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    const url = guard.check(text);
    const address = addressOf(url);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    try {
      const reply = await globalThis.fetch(input, { ...init, redirect: 'manual' });
      if (reply.status < 300 || reply.status >= 400 || !reply.headers.has('location')) return reply;
      await reply.body?.cancel();
      throw guard.onRedirect(guard.provider, address, reply.status);
    } catch (error) {
      if (signal?.aborted === true) throw toCancellation(signal);
      throw toUnreachable(error, { provider: guard.provider, address });
    }
  };
}
