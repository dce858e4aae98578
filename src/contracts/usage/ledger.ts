import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { Locality } from '../models/model-info.ts';
import type { ModelRef } from '../models/model-ref.ts';
import type { AttemptOutcome, TokenUsage } from '../routing/decision.ts';
import type { PrivacyClass } from '../routing/route-request.ts';
import type { UsageQuery, UsageSummary } from './usage-summary.ts';

/**
 * Where a cost comes from. `local`: nothing to pay. `provider`: its own figure. `prices`: tokens times prices. `bound`:
 * the reserved upper bound, where nobody can tell what was charged. `not-billed`: refused before a model ran. `cache`:
 * answered from the cache. `unknown`: no price, which is never 0.
 */
export type CostOrigin = 'local' | 'provider' | 'prices' | 'bound' | 'not-billed' | 'cache' | 'unknown';

/** What is known before an attempt is sent. */
export interface LedgerAttempt {
  readonly attemptId: string;
  readonly decisionId: string;
  readonly principalId: string;
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly locality: Locality;
  readonly task: string;
  readonly purpose?: string;
  readonly project?: string;
  readonly conversationId?: string;
  readonly privacy: PrivacyClass;
  /** Reserved until the end; 0 for local models, absent when the price is unknown. */
  readonly costUpperBoundUsd?: number;
  /** Called only where prompts are hashed or kept. */
  readonly prompt?: () => readonly string[];
}

/** What is known after it. */
export interface LedgerOutcome {
  readonly outcome: Exclude<AttemptOutcome, 'running'>;
  readonly errorCode?: string;
  readonly usage?: TokenUsage;
  /** Absent when it is unknown. */
  readonly costUsd?: number;
  readonly costOrigin: CostOrigin;
  /** ISO date of the prices, where the cost was reckoned with them. */
  readonly pricesAsOf?: string;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** Called only where answers are hashed or kept. */
  readonly answer?: () => string;
}

/** How a text is kept: as it was, or as the HMAC-SHA256 of it under a key of the workspace. */
export interface KeptText {
  readonly form: 'text' | 'hash';
  readonly value: string;
}

/** One row; an open one has no outcome. */
export interface LedgerRow extends Omit<LedgerAttempt, 'prompt'>, Partial<Omit<LedgerOutcome, 'answer'>> {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly keptPrompt?: KeptText;
  readonly keptAnswer?: KeptText;
}

/** Which rows to read, newest first. */
export interface LedgerQuery extends UsageQuery {
  readonly decisionId?: string;
  readonly limit?: number;
}

/** What was done and what it cost. */
export interface UsageLedger {
  /** Loads what the ledger and its budgets are made of; to be awaited before they are used. Absent where nothing is to be loaded. */
  ready?(): Promise<void>;
  /**
   * Commits the row, and with it the reservation of its upper bound, before anything is sent; the id of the row.
   * BudgetExceededError when a cap would be passed, or holds for a call whose price is unknown: nothing is then
   * written. What a local call costs is 0, so a local call is never refused: where the database does not take it, it is
   * kept in memory, with one warning. A paid call that cannot be written is refused with the error of the database.
   */
  begin(attempt: LedgerAttempt): string;
  /** Ends the row and settles its reservation in one transaction. Throws for an id that is not open. */
  end(id: string, outcome: LedgerOutcome): void;
  query(query: LedgerQuery): readonly LedgerRow[];
  summarize(query: UsageQuery, by?: UsageSummary['by']): readonly UsageSummary[];
}

/** The ledger of the workspace, provided by the host. */
export const USAGE_LEDGER: Token<UsageLedger> = defineToken<UsageLedger>('usage-ledger');
