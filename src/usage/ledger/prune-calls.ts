import type { Prepare } from '../../contracts/state/workspace-database.ts';
import type { UsageSettings } from '../../contracts/settings/accounts-settings.ts';
import { dayOf } from '../budget/calendar.ts';
import { IDS_A_MILLISECOND } from './rows/call-rows.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Rows that one step removes, so that no other process waits for it. */
const ROWS_A_STEP = 500;

/** No period but `total` is longer. */
const WARNING_DAYS = 62;

const DROP_CALLS = `DELETE FROM calls WHERE id IN
  (SELECT id FROM calls WHERE id < ? AND outcome IS NOT NULL ORDER BY id LIMIT ${ROWS_A_STEP})`;
const DROP_TEXTS = `DELETE FROM texts WHERE id IN (SELECT id FROM texts WHERE id < ? ORDER BY id LIMIT ${ROWS_A_STEP})`;
const DROP_WARNINGS = "DELETE FROM warnings WHERE since <> '' AND since < ?";

/** One step of removing what is older than it is to be kept; whether there may be more. Sums of money stay. */
export function pruneCalls(prepare: Prepare, settings: UsageSettings, now: number): boolean {
  const firstKept = (days: number): number => Math.max(0, Math.floor(now - days * DAY_MS)) * IDS_A_MILLISECOND;
  const calls = firstKept(settings.retentionDays);
  const texts = Math.max(calls, firstKept(settings.textRetentionDays));
  const dropped = [prepare(DROP_CALLS).run(calls), prepare(DROP_TEXTS).run(texts)];
  prepare(DROP_WARNINGS).run(dayOf(now - WARNING_DAYS * DAY_MS));
  return dropped.some(({ changes }) => Number(changes) >= ROWS_A_STEP);
}
