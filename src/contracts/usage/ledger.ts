import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { ModelRef } from '../models/model-ref.ts';
import type { AttemptOutcome, TokenUsage } from '../routing/decision.ts';

/** What is known before an attempt is sent. */
export interface LedgerAttempt {
  readonly attemptId: string;
  readonly decisionId: string;
  readonly principalId: string;
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly task: string;
  readonly costUpperBoundUsd?: number;
}

/** What is known after it. */
export interface LedgerOutcome {
  readonly outcome: AttemptOutcome;
  readonly usage?: TokenUsage;
  /** Absent when the price is unknown; 0 only for local models. */
  readonly costUsd?: number;
  readonly totalMs: number;
}

/** One row. */
export interface LedgerRow extends LedgerAttempt, Partial<LedgerOutcome> {
  readonly startedAt: number;
}

/** Which rows to read. */
export interface LedgerQuery {
  readonly from?: number;
  readonly to?: number;
  readonly principalId?: string;
  readonly limit?: number;
}

/** What was done and what it cost; `begin` is committed before anything is sent. */
export interface UsageLedger {
  begin(attempt: LedgerAttempt): string;
  end(id: string, outcome: LedgerOutcome): void;
  query(query: LedgerQuery): readonly LedgerRow[];
}

/** A reserved part of a budget. */
export interface BudgetReservation {
  settle(actualUsd: number): void;
  release(): void;
}

/** Keeps the sum of reservations and spending within every cap; BudgetExceededError otherwise. */
export interface BudgetGuard {
  reserve(upperBoundUsd: number, principalId: string): BudgetReservation;
}

/** The ledger of the workspace. */
export const USAGE_LEDGER: Token<UsageLedger> = defineToken<UsageLedger>('usage-ledger');

/** The budget guard of the workspace. */
export const BUDGET_GUARD: Token<BudgetGuard> = defineToken<BudgetGuard>('budget-guard');
