/** How an error is told inside a reply whose status was already 200. */
export type InBandForm = 'data' | 'data-done' | 'event' | 'ndjson' | 'swallowed' | 'cut';

/**
 * Faults of the connection and of the bytes. `afterTokens` is 0 when absent (for `end-without-marker`: all of them); on a plain reply
 * 0 is the start of its body and any other number the middle. A time that is absent lasts until the caller leaves.
 */
export type TransportFault =
  | { kind: 'refuse'; forMs?: number }
  | { kind: 'reset-before-headers' }
  | { kind: 'hang-before-headers'; forMs?: number }
  | { kind: 'hang-after-headers'; forMs?: number }
  | { kind: 'role-then-silence'; forMs?: number }
  | { kind: 'cut'; afterTokens?: number; isReset?: boolean }
  | { kind: 'end-without-marker'; afterTokens?: number; hasFinishReason?: boolean }
  | { kind: 'interrupted-but-done'; afterTokens?: number }
  | { kind: 'stall'; afterTokens?: number; forMs?: number }
  | { kind: 'drip'; intervalMs: number }
  /** Signs of life and nothing else: comments in an event stream, chunks without content in lines. */
  | { kind: 'heartbeat'; intervalMs: number; afterTokens?: number }
  | { kind: 'headers'; headers: Record<string, string> }
  | { kind: 'malformed-chunk'; afterTokens?: number; text?: string }
  | { kind: 'split-bytes'; everyBytes?: number; seed?: number }
  | { kind: 'in-band-error'; afterTokens?: number; form?: InBandForm; message?: string };

/** The form of the header that asks a caller to come back later. */
export type RetryAfter =
  { seconds: number } | { dateInMs: number } | { milliseconds: number } | { azureMilliseconds: number };

/** Faults that replace the whole reply. A body that is absent is the dialect's own error body for that status. */
export type ReplyFault =
  | {
      kind: 'status';
      status: number;
      message?: string;
      body?: string | Record<string, unknown>;
      headers?: Record<string, string>;
      retryAfter?: RetryAfter;
    }
  | { kind: 'empty'; status?: number }
  | { kind: 'html'; status?: number }
  | { kind: 'loading'; requests?: number; forMs?: number; retryAfter?: RetryAfter }
  | { kind: 'redirect'; location: string; status?: number };

/** Faults of what is said: the frame is right, the content is not. */
export type ContentFault =
  /** So many tokens, then the finish reason `content_filter`. */
  | { kind: 'filtered'; afterTokens: number }
  | { kind: 'invalid-tool-arguments'; text?: string }
  | { kind: 'duplicate-tool-ids' }
  | { kind: 'wrong-model'; model: string }
  | { kind: 'null-elements' }
  | { kind: 'zero-vectors' }
  | { kind: 'wrong-dimensions'; dimensions: number }
  | { kind: 'quarter-dimensions' }
  | { kind: 'missing-rows'; rows?: number }
  | { kind: 'shuffled-index' }
  /** Reads the beginning of each text only and says nothing of it but the count. */
  | { kind: 'cut-input'; tokens: number };

/** Everything the fake can do wrong. */
export type Fault = TransportFault | ReplyFault | ContentFault;
