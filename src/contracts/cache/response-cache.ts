import type { CallParameters } from '../models/call-context.ts';
import type { ModelRef } from '../models/model-ref.ts';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { TokenUsage } from '../routing/decision.ts';
import type { PrivacyClass } from '../routing/route-request.ts';

/** `auto`: only answers at temperature 0. */
export type CacheMode = 'off' | 'auto' | 'always';

/** Everything an answer depends on; two calls share an answer only where all of it is equal. */
export interface CacheKey {
  readonly task: string;
  /** Messages, tools and format, as JSON can hold them. */
  readonly content: unknown;
  readonly ref: ModelRef;
  /** Digest of the weights, where the server tells it: a re-pulled tag is another model. */
  readonly digest?: string;
  readonly parameters: CallParameters;
  readonly privacy: PrivacyClass;
  readonly principalId: string;
  /** Space and versions of the sources that were retrieved for the call: a changed source is another key. */
  readonly retrieval?: readonly string[];
}

/** A kept answer. */
export interface CachedReply {
  /** As the operation wrote it. */
  readonly text: string;
  readonly usage?: TokenUsage;
  /** The decision that made it. */
  readonly decisionId: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** How much is kept. */
export interface CacheStats {
  readonly entries: number;
  readonly bytes: number;
  readonly oldestAt?: number;
}

/** Answers of equal calls, for a bounded time and within a bounded size. Never throws: a fault is a miss, told once in the log. */
export interface ResponseCache {
  /** Whether a call with these parameters is looked up and kept; `asked` is the caller's own wish. */
  isFor(parameters: CallParameters, asked?: CacheMode): boolean;
  find(key: CacheKey): CachedReply | undefined;
  keep(key: CacheKey, reply: Omit<CachedReply, 'storedAt'>): void;
  stats(): CacheStats;
  /** How many were dropped. */
  clear(): number;
}

/** The response cache of the workspace, provided by the host. */
export const RESPONSE_CACHE: Token<ResponseCache> = defineToken<ResponseCache>('response-cache');
