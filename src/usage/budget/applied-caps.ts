import type { Prepare } from '../../contracts/state/workspace-database.ts';
import type { BudgetCap, BudgetScope, BudgetStatus } from '../../contracts/usage/budget.ts';
import { daysOf } from './calendar.ts';
import { fromNanoUsd, toNanoLimit } from './money.ts';
import { readTotals, type Amounts } from './totals.ts';

/** A cap that holds for a call, and for whom. */
interface AppliedCap {
  readonly cap: BudgetCap;
  /** The project, provider or conversation; empty for a cap on everything. */
  readonly subject: string;
}

/** Billionths of a USD against a cap. */
export interface CapStanding extends AppliedCap, Amounts {
  readonly limit: number;
  /** First day of the period; empty for `total`. */
  readonly since: string;
  readonly resetsAt?: number;
}

function subjectOf(cap: BudgetCap, scope: BudgetScope | undefined): string | undefined {
  if (cap.kind === 'all') return '';
  if (cap.kind === 'conversation') return scope?.conversationId;
  const asked = cap.kind === 'project' ? scope?.project : scope?.providerId;
  return scope === undefined || asked === cap.of ? cap.of : undefined;
}

/** The caps that hold for a call; without one, all but those of a conversation. */
export function capsFor(caps: readonly BudgetCap[], scope: BudgetScope | undefined): readonly AppliedCap[] {
  return caps.flatMap((cap) => {
    const subject = subjectOf(cap, scope);
    return subject === undefined ? [] : [{ cap, subject }];
  });
}

/** How a cap stands at a time. */
export function standingOf(prepare: Prepare | undefined, { cap, subject }: AppliedCap, at: number): CapStanding {
  const days = daysOf(cap.period, at);
  const amounts =
    prepare === undefined ? { spent: 0, reserved: 0 } : readTotals(prepare, { kind: cap.kind, subject }, days);
  return {
    cap,
    subject,
    limit: toNanoLimit(cap.limitUsd),
    since: days.first,
    resetsAt: days.resetsAt,
    spent: amounts.spent,
    reserved: amounts.reserved,
  };
}

/** Billionths left; below 0 where a cap was lowered, or a provider charged more than its bound. */
export function leftOf({ limit, spent, reserved }: CapStanding): number {
  return limit - spent - reserved;
}

/** The one with the least left. */
export function tightestOf(standings: readonly CapStanding[]): CapStanding | undefined {
  return standings.toSorted((one, other) => leftOf(one) - leftOf(other))[0];
}

/** A standing in the words of the contract. */
export function toStatus(standing: CapStanding): BudgetStatus {
  const { cap, spent, reserved, resetsAt } = standing;
  return {
    cap,
    spentUsd: fromNanoUsd(spent),
    reservedUsd: fromNanoUsd(reserved),
    leftUsd: fromNanoUsd(Math.max(0, leftOf(standing))),
    ...(resetsAt !== undefined && { resetsAt }),
  };
}
