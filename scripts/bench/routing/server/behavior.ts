/** What one of the two model servers does to the calls that reach it. */
export type Behavior =
  | { readonly kind: 'answer' }
  /** Its port is closed. */
  | { readonly kind: 'refuse' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number; readonly reach: Reach }
  /** Takes the request and says nothing until the caller leaves. */
  | { readonly kind: 'hang'; readonly reach: Reach }
  /** Closes the connection in the middle: of a stream after so many tokens, of a plain body after half of it. */
  | { readonly kind: 'cut'; readonly afterTokens: number };

/** Whether a fault is of every route, or only of the chat, so that a look at the server finds it well. */
type Reach = 'all' | 'chat';

/** The two servers. */
export type ServerName = 'primary' | 'fallback';

/** What one server has seen since it was last told how to behave. */
export interface ServerCounts {
  readonly chats: number;
  /** Requests other than chats that have not ended. */
  readonly openLooks: number;
}

/** Where the servers listen. */
export interface ServerAddresses {
  readonly primary: string;
  readonly fallback: string;
  /** Takes `POST /<server>` with a behavior, and tells the counts at `GET /<server>`. */
  readonly control: string;
}
