import type { BudgetPeriod } from '../../contracts/usage/budget.ts';

/** The days of a period, both inclusive, as `2026-03-01`; both empty for `total`, which has a day of that name. */
export interface PeriodDays {
  readonly first: string;
  readonly last: string;
  /** Milliseconds since 1970; absent for `total`. */
  readonly resetsAt?: number;
}

const TOTAL: PeriodDays = { first: '', last: '' };

function nameOf(date: Date): string {
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${String(date.getFullYear()).padStart(4, '0')}-${month}-${day}`;
}

/** The day of a time in the time zone of this machine. */
export function dayOf(at: number): string {
  return nameOf(new Date(at));
}

/**
 * The period around a time. Days are those of the calendar here, so that one of 23 or 25 hours is a day, and a clock
 * that steps back over midnight is in yesterday's again.
 */
export function daysOf(period: BudgetPeriod, at: number): PeriodDays {
  if (period === 'total') return TOTAL;
  const now = new Date(at);
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  if (period === 'day') return between(new Date(year, month, day), new Date(year, month, day + 1));
  if (period === 'month') return between(new Date(year, month, 1), new Date(year, month + 1, 1));
  const monday = day - ((now.getDay() + 6) % 7);
  return between(new Date(year, month, monday), new Date(year, month, monday + 7));
}

function between(first: Date, next: Date): PeriodDays {
  const last = new Date(next.getFullYear(), next.getMonth(), next.getDate() - 1);
  return { first: nameOf(first), last: nameOf(last), resetsAt: next.getTime() };
}
