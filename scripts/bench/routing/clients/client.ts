import type { ServerAddresses } from '../server/behavior.ts';

/** The question of every call. */
export const QUESTION = 'How deep is the harbour at low water?';

/** One way to ask a model, as the bench uses it. */
export interface Client extends AsyncDisposable {
  /** The text of a plain call. */
  complete(signal?: AbortSignal): Promise<string>;
  /** The pieces of text of a streamed call. */
  stream(signal?: AbortSignal): AsyncIterable<string>;
}

/** What a client is made with. */
export interface ClientOptions {
  readonly addresses: ServerAddresses;
  /** Tokens of every answer. */
  readonly tokens: number;
  /** Limit of the primary for a whole plain call, or for the first token of a stream; none without it. */
  readonly limitMs?: number;
}
