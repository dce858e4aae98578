import type { Prepare, SqlValue } from '../../../contracts/state/workspace-database.ts';
import { addToTotals, type CountedCall } from '../../budget/totals.ts';
import type { HiddenText } from '../text-keeper.ts';

/** A call when it begins, as it is written. Money in billionths of a USD. */
export interface CallStart extends CountedCall {
  readonly id: number;
  readonly attemptId: string;
  readonly decisionId: string;
  readonly principalId: string;
  readonly ref: string;
  readonly targetId: string;
  readonly locality: string;
  readonly task: string;
  readonly purpose: string | undefined;
  readonly privacy: string;
  /** Undefined when the price is unknown. */
  readonly bound: number | undefined;
  readonly owner: string;
  readonly prompt: HiddenText | undefined;
}

/** How a call ended, as it is written. */
export interface CallEnd {
  readonly outcome: string;
  readonly errorCode: string | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly cachedInputTokens: number | undefined;
  readonly cacheWriteTokens: number | undefined;
  readonly isEstimated: boolean | undefined;
  readonly isCounted: boolean | undefined;
  /** Undefined when it is unknown. */
  readonly cost: number | undefined;
  readonly costOrigin: string;
  readonly pricesAsOf: string | undefined;
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number | undefined;
  readonly answer: HiddenText | undefined;
  readonly isAbandoned: boolean;
}

/** What of a row its end needs to know. */
interface OpenCall extends CountedCall {
  readonly locality: string;
  readonly bound: number | undefined;
  /** What of the bound is still reserved. */
  readonly reserved: number;
  /** What was settled for it when its process was taken for dead. */
  readonly settled: number;
}

interface FoundRow {
  readonly day: string;
  readonly provider_id: string;
  readonly project: string | null;
  readonly conversation_id: string | null;
  readonly locality: string;
  readonly bound: number | null;
  readonly outcome: string | null;
  readonly cost: number | null;
}

const INSERT = `INSERT INTO calls (id, day, attempt_id, decision_id, principal_id, provider_id, ref, target_id, locality,
    task, purpose, project, conversation_id, privacy, bound, owner, prompt_hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
const OPEN = 'outcome IS NULL OR is_abandoned = 1';
const END = `UPDATE calls SET outcome = ?, error_code = ?, input_tokens = ?, output_tokens = ?, cached_input_tokens = ?,
    cache_write_tokens = ?, is_estimated = ?, is_counted = ?, cost = ?, cost_origin = ?, prices_as_of = ?, first_token_ms = ?, total_ms = ?,
    answer_hash = ?, is_abandoned = ? WHERE id = ?`;
const FIND = `SELECT day, provider_id, project, conversation_id, locality, bound, outcome, cost FROM calls
  WHERE id = ? AND (${OPEN})`;
const KEEP_PROMPT = 'INSERT INTO texts (id, prompt) VALUES (?, ?)';
const KEEP_ANSWER = `INSERT INTO texts (id, answer) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET answer = excluded.answer`;

/** Calls whose ids differ by less than this began in the same millisecond. */
export const IDS_A_MILLISECOND = 1_024;

function orNull<T extends SqlValue>(value: T | undefined): T | null {
  return value ?? null;
}

function flag(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value);
}

/** Writes the row and reserves its bound; the id, which is a later one where that of the call is taken. */
export function insertCall(prepare: Prepare, call: CallStart): number {
  let { id } = call;
  for (let step = 1; !insertRow(prepare, { ...call, id }); step *= 2) id += step;
  if (call.prompt?.text !== undefined) prepare(KEEP_PROMPT).run(id, call.prompt.text);
  addToTotals(prepare, call, { spent: 0, reserved: call.bound ?? 0 });
  return id;
}

function insertRow(prepare: Prepare, call: CallStart): boolean {
  const { changes } = prepare(INSERT).run(
    call.id,
    call.day,
    call.attemptId,
    call.decisionId,
    call.principalId,
    call.providerId,
    call.ref,
    call.targetId,
    call.locality,
    call.task,
    orNull(call.purpose),
    orNull(call.project),
    orNull(call.conversationId),
    call.privacy,
    orNull(call.bound),
    call.owner,
    orNull(call.prompt?.hash),
  );
  return Number(changes) > 0;
}

/** The row, where it is open, or was settled because its process was taken for dead. */
export function findOpen(prepare: Prepare, id: number): OpenCall | undefined {
  const row = prepare(FIND).get(id) as FoundRow | undefined;
  if (row === undefined) return undefined;
  const isSettled = row.outcome !== null;
  return {
    day: row.day,
    providerId: row.provider_id,
    project: row.project ?? undefined,
    conversationId: row.conversation_id ?? undefined,
    locality: row.locality,
    bound: row.bound ?? undefined,
    reserved: isSettled ? 0 : (row.bound ?? 0),
    settled: isSettled ? (row.cost ?? 0) : 0,
  };
}

/** Ends the row and turns its reservation into what was spent; the caller has found it open in this transaction. */
export function endCall(prepare: Prepare, id: number, { call, end }: { call: OpenCall; end: CallEnd }): void {
  prepare(END).run(
    end.outcome,
    orNull(end.errorCode),
    orNull(end.inputTokens),
    orNull(end.outputTokens),
    orNull(end.cachedInputTokens),
    orNull(end.cacheWriteTokens),
    flag(end.isEstimated),
    flag(end.isCounted),
    orNull(end.cost),
    end.costOrigin,
    orNull(end.pricesAsOf),
    orNull(end.firstTokenMs),
    orNull(end.totalMs),
    orNull(end.answer?.hash),
    Number(end.isAbandoned),
    id,
  );
  if (end.answer?.text !== undefined) prepare(KEEP_ANSWER).run(id, end.answer.text);
  addToTotals(prepare, call, { spent: (end.cost ?? 0) - call.settled, reserved: -call.reserved });
}
