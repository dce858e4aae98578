import {
  BudgetExceededError,
  InternalError,
  type BudgetCap,
  type BudgetGuard,
  type BudgetScope,
  type BudgetStatus,
  type Clock,
  type LedgerAttempt,
  type LedgerOutcome,
  type LedgerQuery,
  type LedgerRow,
  type UsageLedger,
  type UsageQuery,
  type UsageSummary,
} from '../../src/index.ts';
import { keyOf, summaryOf } from './summary-double.ts';

/** What the double is made of; money is rounded to billionths, as the contract lets a ledger do. */
export interface LedgerDoubleOptions {
  readonly caps: readonly BudgetCap[];
  readonly warnAtShare: number;
  readonly clock: Clock;
}

const NANO = 1e9;

function exact(usd: number): number {
  return Math.round(usd * NANO) / NANO;
}

/** The first moment of the period, reckoned day by day. */
function startOf(cap: BudgetCap, at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  if (cap.period === 'total') return -Infinity;
  const isFirst = (): boolean =>
    cap.period === 'day' || (cap.period === 'week' ? day.getDay() === 1 : day.getDate() === 1);
  while (!isFirst()) day.setDate(day.getDate() - 1);
  return day.getTime();
}

function endOf(cap: BudgetCap, at: number): number | undefined {
  if (cap.period === 'total') return undefined;
  const start = startOf(cap, at);
  const day = new Date(start);
  do day.setDate(day.getDate() + 1);
  while (startOf(cap, day.getTime()) === start);
  return day.getTime();
}

function providerOf({ ref }: { readonly ref: string }): string {
  return ref.slice(0, ref.indexOf(':'));
}

function isFor(query: LedgerQuery, row: LedgerRow): boolean {
  const wanted: readonly (readonly [unknown, unknown])[] = [
    [query.principalId, row.principalId],
    [query.project, row.project],
    [query.conversationId, row.conversationId],
    [query.providerId, providerOf(row)],
    [query.task, row.task],
    [query.decisionId, row.decisionId],
  ];
  const isInTime = row.startedAt >= (query.from ?? -Infinity) && row.startedAt < (query.to ?? Infinity);
  return isInTime && wanted.every(([asked, has]) => asked === undefined || asked === has);
}

/** Ledger and budget in memory: no sums are kept, every answer is reckoned from the rows. */
export class LedgerDouble implements UsageLedger {
  readonly rows: LedgerRow[] = [];
  readonly budget: BudgetGuard;
  readonly #options: LedgerDoubleOptions;
  readonly #told = new Set<string>();

  constructor(options: LedgerDoubleOptions) {
    this.#options = options;
    this.budget = {
      hasCaps: options.caps.length > 0,
      outputTokens: 4_096,
      status: (scope) => this.#statuses(scope),
      tightest: (scope) => this.#statuses(scope).toSorted((one, other) => one.leftUsd - other.leftUsd)[0],
      takeWarnings: (scope) => this.#takeWarnings(scope),
    };
  }

  begin({ prompt: _prompt, ...attempt }: LedgerAttempt): string {
    const bound = attempt.locality === 'local' ? 0 : attempt.costUpperBoundUsd;
    const statuses = bound === 0 ? [] : this.#statuses({ ...attempt, providerId: providerOf(attempt) });
    const passed = statuses.find(({ leftUsd }) => bound === undefined || exact(leftUsd - bound) < 0);
    if (passed !== undefined) throw new BudgetExceededError(`the budget ${passed.cap.id} does not allow it`);
    const id = String(this.rows.length + 1);
    const startedAt = this.#options.clock.now();
    this.rows.push({ ...attempt, ...(bound !== undefined && { costUpperBoundUsd: exact(bound) }), id, startedAt });
    return id;
  }

  end(id: string, { answer: _answer, ...outcome }: LedgerOutcome): void {
    const row = this.rows[Number(id) - 1];
    if (row === undefined || row.outcome !== undefined) throw new InternalError(`no open call ${id}`);
    this.rows[Number(id) - 1] = {
      ...row,
      ...outcome,
      ...(row.locality === 'local' && { costUsd: 0 }),
      ...(outcome.costUsd !== undefined && { costUsd: exact(outcome.costUsd) }),
    };
  }

  query(query: LedgerQuery): readonly LedgerRow[] {
    const found = this.rows.filter((row) => isFor(query, row));
    return found.toSorted((one, other) => other.startedAt - one.startedAt).slice(0, query.limit);
  }

  summarize(query: UsageQuery, by: UsageSummary['by'] = 'all'): readonly UsageSummary[] {
    const rows = this.query(query);
    const keys = by === 'all' ? [''] : [...new Set(rows.map((row) => keyOf(row, by)))].toSorted();
    return keys.map((key) => {
      const own = rows.filter((row) => by === 'all' || keyOf(row, by) === key);
      return { by, key, ...summaryOf(own) };
    });
  }

  #statuses(scope: BudgetScope | undefined): readonly BudgetStatus[] {
    const { caps } = this.#options;
    return caps.filter((cap) => isApplied(cap, scope)).map((cap) => this.#statusOf(cap, scope));
  }

  #statusOf(cap: BudgetCap, scope: BudgetScope | undefined): BudgetStatus {
    const now = this.#options.clock.now();
    const [start, end] = [startOf(cap, now), endOf(cap, now)];
    const counted = this.rows.filter(
      (row) => row.startedAt >= start && row.startedAt < (end ?? Infinity) && isCounted(cap, scope, row),
    );
    const spentUsd = exact(counted.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0));
    const open = counted.filter(({ outcome }) => outcome === undefined);
    const reservedUsd = exact(open.reduce((sum, { costUpperBoundUsd = 0 }) => sum + costUpperBoundUsd, 0));
    const leftUsd = Math.max(0, exact(cap.limitUsd - spentUsd - reservedUsd));
    return { cap, spentUsd, reservedUsd, leftUsd, ...(end !== undefined && { resetsAt: end }) };
  }

  #takeWarnings(scope: BudgetScope): readonly string[] {
    return this.#statuses(scope).flatMap(({ cap, spentUsd, reservedUsd, resetsAt }) => {
      const key = JSON.stringify([cap.id, resetsAt, cap.kind === 'conversation' ? scope.conversationId : '']);
      const isCrossed = exact(spentUsd + reservedUsd) >= exact(cap.limitUsd * this.#options.warnAtShare);
      if (!isCrossed || cap.limitUsd === 0 || this.#told.has(key)) return [];
      this.#told.add(key);
      return [`the budget ${cap.id} is nearly used up`];
    });
  }
}

function isApplied(cap: BudgetCap, scope: BudgetScope | undefined): boolean {
  if (cap.kind === 'conversation') return scope?.conversationId !== undefined;
  if (cap.kind === 'all' || scope === undefined) return true;
  return cap.of === (cap.kind === 'project' ? scope.project : scope.providerId);
}

function isCounted(cap: BudgetCap, scope: BudgetScope | undefined, row: LedgerRow): boolean {
  if (cap.kind === 'all') return true;
  if (cap.kind === 'conversation') return row.conversationId === scope?.conversationId;
  return cap.of === (cap.kind === 'project' ? row.project : providerOf(row));
}
