import type { Locality } from '../../contracts/models/model-info.ts';
import type { ModelRef } from '../../contracts/models/model-ref.ts';
import type { TokenUsage } from '../../contracts/routing/decision.ts';
import type { PrivacyClass } from '../../contracts/routing/route-request.ts';
import type { Prepare, SqlValue } from '../../contracts/state/workspace-database.ts';
import type { CostOrigin, KeptText, LedgerOutcome, LedgerQuery, LedgerRow } from '../../contracts/usage/ledger.ts';
import type { UsageQuery } from '../../contracts/usage/usage-summary.ts';
import { fromNanoUsd } from '../budget/money.ts';
import { IDS_A_MILLISECOND } from './rows/call-rows.ts';

/** Conditions of a query as SQL. */
interface Conditions {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

interface CallRow {
  readonly id: number;
  readonly attempt_id: string;
  readonly decision_id: string;
  readonly principal_id: string;
  readonly ref: ModelRef;
  readonly target_id: string;
  readonly locality: Locality;
  readonly task: string;
  readonly purpose: string | null;
  readonly project: string | null;
  readonly conversation_id: string | null;
  readonly privacy: PrivacyClass;
  readonly bound: number | null;
  readonly outcome: LedgerOutcome['outcome'] | null;
  readonly error_code: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cached_input_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly is_estimated: number | null;
  readonly is_counted: number | null;
  readonly cost: number | null;
  readonly cost_origin: CostOrigin | null;
  readonly prices_as_of: string | null;
  readonly first_token_ms: number | null;
  readonly total_ms: number | null;
  readonly prompt_hash: Uint8Array | null;
  readonly answer_hash: Uint8Array | null;
  readonly prompt: string | null;
  readonly answer: string | null;
}

const COLUMNS: Readonly<Record<string, string>> = {
  principalId: 'principal_id',
  project: 'project',
  conversationId: 'conversation_id',
  providerId: 'provider_id',
  task: 'task',
  decisionId: 'decision_id',
};

/** The first id of a time: ids begin with the time. */
function firstIdAt(at: number): number {
  return Math.min(Math.max(0, Math.ceil(at)) * IDS_A_MILLISECOND, Number.MAX_SAFE_INTEGER);
}

/** What a query asks of the table of calls. */
export function conditionsOf(query: UsageQuery): Conditions {
  const conditions: (readonly [text: string, value: SqlValue])[] = [];
  if (query.from !== undefined) conditions.push(['calls.id >= ?', firstIdAt(query.from)]);
  if (query.to !== undefined) conditions.push(['calls.id < ?', firstIdAt(query.to)]);
  for (const [name, column] of Object.entries(COLUMNS)) {
    const value: unknown = Reflect.get(query, name);
    if (typeof value === 'string') conditions.push([`calls.${column} = ?`, value]);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([text]) => text).join(' AND ')}`;
  return { where, values: conditions.map(([, value]) => value) };
}

/** Leaves out what a row does not have. */
function present<T extends object>(fields: { readonly [Key in keyof T]: T[Key] | null | undefined }): Partial<T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(kept) as Partial<T>;
}

function toKept(text: string | null, hash: Uint8Array | null): KeptText | undefined {
  if (text !== null) return { form: 'text', value: text };
  return hash === null ? undefined : { form: 'hash', value: Buffer.from(hash).toString('hex') };
}

function toUsage(row: CallRow): TokenUsage | undefined {
  if (row.input_tokens === null || row.output_tokens === null) return undefined;
  return {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    isEstimated: row.is_estimated === 1,
    ...(row.is_counted !== null && { isCounted: row.is_counted === 1 }),
    ...(row.cached_input_tokens !== null && { cachedInputTokens: row.cached_input_tokens }),
    ...(row.cache_write_tokens !== null && { cacheWriteTokens: row.cache_write_tokens }),
  };
}

function toUsd(nano: number | null): number | undefined {
  return nano === null ? undefined : fromNanoUsd(nano);
}

function toRow(row: CallRow): LedgerRow {
  const known = {
    id: String(row.id),
    startedAt: Math.floor(row.id / IDS_A_MILLISECOND),
    attemptId: row.attempt_id,
    decisionId: row.decision_id,
    principalId: row.principal_id,
    ref: row.ref,
    targetId: row.target_id,
    locality: row.locality,
    task: row.task,
    privacy: row.privacy,
  };
  const rest = present<Omit<LedgerRow, keyof typeof known>>({
    purpose: row.purpose,
    project: row.project,
    conversationId: row.conversation_id,
    costUpperBoundUsd: toUsd(row.bound),
    outcome: row.outcome,
    errorCode: row.error_code,
    usage: toUsage(row),
    costUsd: toUsd(row.cost),
    costOrigin: row.cost_origin,
    pricesAsOf: row.prices_as_of,
    firstTokenMs: row.first_token_ms,
    totalMs: row.total_ms,
    keptPrompt: toKept(row.prompt, row.prompt_hash),
    keptAnswer: toKept(row.answer, row.answer_hash),
  });
  return { ...known, ...rest };
}

/** Rows, newest first. */
export function readCalls(prepare: Prepare, query: LedgerQuery): readonly LedgerRow[] {
  const { where, values } = conditionsOf(query);
  const statement =
    prepare(`SELECT calls.*, texts.prompt, texts.answer FROM calls LEFT JOIN texts ON texts.id = calls.id
    ${where} ORDER BY calls.id DESC LIMIT ?`);
  // SQLite takes -1 for no limit, https://sqlite.org/lang_select.html#limitoffset.
  const limit = query.limit === undefined ? -1 : Math.max(0, Math.floor(query.limit));
  return (statement.all(...values, limit) as CallRow[]).map(toRow);
}
