import type { CloudPermit } from './permit.ts';

/** Limits of one HTTP exchange, milliseconds. Limits between tokens are the reader's, since only it knows what a token is. */
export interface HttpLimits {
  /** Until the connection stands. */
  readonly connectMs: number;
  /** From the request sent until the status line. */
  readonly headersMs: number;
}

/** One HTTP exchange with a model server. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON with a `Content-Length`, since some servers refuse chunked bodies. */
  readonly json?: unknown;
  readonly limits: HttpLimits;
  readonly signal: AbortSignal;
  /** Needed when the client belongs to a cloud. */
  readonly permit?: CloudPermit;
}

/** The head of a reply; the body is read as it comes, and leaving the iteration or aborting the signal closes the socket. */
export interface HttpReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body as text; MalformedReplyError beyond `maxBytes`. */
  text(maxBytes?: number): Promise<string>;
}

/** An HTTP client that reaches only the addresses it was built for; anything else is a PrivacyError before a packet leaves. */
export interface GuardedHttp {
  /** `host:port` of each address it may reach, fixed when it was built. */
  readonly allowedHosts: readonly string[];
  /** Any status resolves. Rejects with ProviderUnreachableError, ProviderTimeoutError (connect, first-token), CancelledError, PrivacyError. */
  request(request: HttpRequest): Promise<HttpReply>;
  /** `fetch` with the same guard, for client packages that take one. */
  fetch(permit?: CloudPermit): typeof globalThis.fetch;
  dispose(): void;
}
