/** Which calls to sum up; all conditions hold together. */
export interface UsageQuery {
  /** Milliseconds since 1970, inclusive; `to` exclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly principalId?: string;
  readonly project?: string;
  readonly conversationId?: string;
  readonly providerId?: string;
  readonly task?: string;
}

/** Sums over the calls of one day, model, project, task or provider, or over all. */
export interface UsageSummary {
  readonly by: 'all' | 'day' | 'model' | 'project' | 'task' | 'provider';
  /** The day as `2026-03-01`, the model as `provider:model`; empty for calls without a project, and for all. */
  readonly key: string;
  readonly calls: number;
  readonly answered: number;
  /** Failed or interrupted. */
  readonly failed: number;
  readonly cancelled: number;
  /** Still under way, or their process was killed and has not been settled. */
  readonly open: number;
  readonly localCalls: number;
  readonly cachedCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly localInputTokens: number;
  readonly localOutputTokens: number;
  /** Calls some of whose tokens are estimated. */
  readonly estimatedCalls: number;
  readonly spentUsd: number;
  readonly reservedUsd: number;
  /** Calls whose cost is unknown; they are in no sum of money. */
  readonly unknownCostCalls: number;
  /** Medians of answered calls that no cache answered; absent where there is none. */
  readonly medianMs?: number;
  readonly p95Ms?: number;
  readonly medianFirstTokenMs?: number;
  /** Output tokens of streamed answers over the time from the first token to the end. */
  readonly tokensPerSecond?: number;
}
