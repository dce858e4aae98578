/** A call as the model made it. */
export interface MadeCall {
  readonly id: string;
  readonly name: string;
  /** As parsed; a text where it could not be parsed. */
  readonly arguments: unknown;
}

/** What came back from one request. */
export interface Reply {
  readonly calls: readonly MadeCall[];
  readonly text: string;
  /** Why there is no reply, where the request failed. */
  readonly fault?: string;
}

/** A message of a conversation, in nobody's wire format. */
export type Message =
  | { readonly role: 'system' | 'user' | 'assistant'; readonly text: string }
  | { readonly role: 'calls'; readonly calls: readonly MadeCall[] }
  | { readonly role: 'result'; readonly callId: string; readonly name: string; readonly text: string };
