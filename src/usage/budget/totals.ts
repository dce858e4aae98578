import type { Prepare } from '../../contracts/state/workspace-database.ts';
import type { PeriodDays } from './calendar.ts';

/** What a paid call is counted under. */
export interface CountedCall {
  /** The day on which it began; what it costs belongs to that day. */
  readonly day: string;
  readonly providerId: string;
  readonly project: string | undefined;
  readonly conversationId: string | undefined;
}

/** Billionths of a USD. */
export interface Amounts {
  readonly spent: number;
  readonly reserved: number;
}

const ADD = `INSERT INTO totals (kind, subject, day, spent, reserved) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (kind, subject, day) DO UPDATE
  SET spent = spent + excluded.spent, reserved = reserved + excluded.reserved`;
const SUM = `SELECT COALESCE(SUM(spent), 0) AS spent, COALESCE(SUM(reserved), 0) AS reserved
  FROM totals WHERE kind = ? AND subject = ? AND day BETWEEN ? AND ?`;

/** Day of the sum of all days. */
const EVER = '';

/** Adds to every sum a call belongs to, whether or not a cap holds for it now: one may be set tomorrow. */
export function addToTotals(prepare: Prepare, call: CountedCall, { spent, reserved }: Amounts): void {
  if (spent === 0 && reserved === 0) return;
  const add = (kind: string, subject: string, day: string): void => {
    prepare(ADD).run(kind, subject, day, spent, reserved);
  };
  for (const day of [call.day, EVER]) {
    add('all', '', day);
    add('provider', call.providerId, day);
    if (call.project !== undefined) add('project', call.project, day);
  }
  if (call.conversationId !== undefined) add('conversation', call.conversationId, EVER);
}

/** The sum of a period. */
export function readTotals(
  prepare: Prepare,
  of: { readonly kind: string; readonly subject: string },
  days: PeriodDays,
): Amounts {
  return prepare(SUM).get(of.kind, of.subject, days.first, days.last) as Amounts;
}
