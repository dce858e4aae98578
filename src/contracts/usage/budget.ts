import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';

/** What a call is counted under. */
export interface BudgetScope {
  readonly principalId: string;
  readonly providerId: string;
  readonly project?: string;
  readonly conversationId?: string;
}

/** Calendar periods in the time zone of this machine; a week begins on Monday, `total` never ends. */
export type BudgetPeriod = 'day' | 'week' | 'month' | 'total';

/** One cap; a `conversation` cap without an id holds for each conversation by itself. */
export interface BudgetCap {
  /** `day`, `project:handbook:month`, `conversation`, `provider:openai:day`. */
  readonly id: string;
  readonly kind: 'all' | 'project' | 'conversation' | 'provider';
  /** Of the project or provider. */
  readonly of?: string;
  readonly period: BudgetPeriod;
  readonly limitUsd: number;
  /** Which setting made it. */
  readonly origin: string;
}

/** A cap as it stands. Spending and reservations together never exceed the limit. */
export interface BudgetStatus {
  readonly cap: BudgetCap;
  readonly spentUsd: number;
  /** Upper bounds of the calls that are under way. */
  readonly reservedUsd: number;
  /** Never below 0. */
  readonly leftUsd: number;
  /** Milliseconds since 1970; absent for `total`. */
  readonly resetsAt?: number;
}

/**
 * Tells how budgets stand. Reserving and settling are the ledger's, in the transactions of its rows; what asks for
 * spending wants the ledger to be ready.
 */
export interface BudgetGuard {
  /** False where no cap could apply to any call, so that nothing need be asked. */
  readonly hasCaps: boolean;
  /** Longest answer, tokens, of a paid call under a cap whose caller sets none: without it a call has no upper bound. */
  readonly outputTokens: number;
  /** Caps that hold for a call, or all with their spending; a conversation cap needs the conversation. */
  status(scope?: BudgetScope): readonly BudgetStatus[];
  /** The one with the least left; undefined where none holds. Throws where the accounts cannot be read. */
  tightest(scope: BudgetScope): BudgetStatus | undefined;
  /** One line for each soft limit that was crossed and not told before; each is told once in its period. */
  takeWarnings(scope: BudgetScope): readonly string[];
}

/** The budgets of the workspace, provided by the host. */
export const BUDGET_GUARD: Token<BudgetGuard> = defineToken<BudgetGuard>('budget-guard');
