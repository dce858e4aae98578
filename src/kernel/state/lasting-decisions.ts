import type { StatementSync } from 'node:sqlite';
import type {
  AttemptRecord,
  DecisionQuery,
  DecisionRecorder,
  RouteDecision,
  RouteTrace,
} from '../../contracts/routing/decision.ts';
import type { StateDatabase } from './state-database.ts';

const KEPT_DECISIONS = 10_000;

/** Decisions between two prunings, and the most that one pruning takes: short transactions for everybody. */
const PRUNE_EVERY = 200;
const PRUNE_AT_MOST = 1_000;

/** Ends of attempts that wait for room in the database, at most; beyond them the oldest stay as they were stored. */
const MOST_WAITING = 500;

const INSERT_DECISION = 'INSERT OR IGNORE INTO decisions (id, decided_at, conversation_id, record) VALUES (?, ?, ?, ?)';
const UPSERT_ATTEMPT = `INSERT INTO attempts (id, decision_id, ordinal, record) VALUES (?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET record = excluded.record`;
const PRUNE = `DELETE FROM decisions WHERE sequence IN (
  SELECT sequence FROM decisions WHERE sequence <= (SELECT max(sequence) FROM decisions) - ? ORDER BY sequence LIMIT ?)`;
const SELECT_ONE = 'SELECT record FROM decisions WHERE id = ?';
const SELECT_ATTEMPTS = 'SELECT record FROM attempts WHERE decision_id = ? ORDER BY ordinal';
const SELECT_NEWEST = 'SELECT id, record FROM decisions WHERE decided_at < ? ORDER BY sequence DESC LIMIT ?';
const SELECT_OF_CONVERSATION =
  'SELECT id, record FROM decisions WHERE decided_at < ? AND conversation_id = ? ORDER BY sequence DESC LIMIT ?';

type Prepare = (sql: string) => StatementSync;
type Row = { readonly id: string; readonly record: string };

function attemptsOf(prepare: Prepare, decisionId: string): AttemptRecord[] {
  const rows = prepare(SELECT_ATTEMPTS).all(decisionId) as { record: string }[];
  return rows.map(({ record }) => JSON.parse(record) as AttemptRecord);
}

function storeAttempt(prepare: Prepare, attempt: AttemptRecord): void {
  const { id, decisionId, ordinal } = attempt;
  prepare(UPSERT_ATTEMPT).run(id, decisionId, ordinal, JSON.stringify(attempt));
}

/**
 * Decisions and attempts in state.db, seen by every process of the workspace. What the database does not take is kept
 * by `spare`, which is asked first; an attempt of a decision that was stored waits here until there is room, so that
 * none stays without its end. The last 10,000 decisions are kept, and up to 200 more until they are pruned.
 */
export class LastingDecisions implements DecisionRecorder {
  readonly #database: StateDatabase;
  readonly #spare: DecisionRecorder;
  readonly #waiting = new Map<string, AttemptRecord>();
  #untilPruning = PRUNE_EVERY;

  constructor(database: StateDatabase, spare: DecisionRecorder) {
    this.#database = database;
    this.#spare = spare;
  }

  recordDecision(decision: RouteDecision): void {
    const { id, decidedAt, request } = decision;
    const isStored = this.#database.write((prepare) => {
      prepare(INSERT_DECISION).run(id, decidedAt, request.conversationId ?? null, JSON.stringify(decision));
    });
    if (!isStored) {
      this.#spare.recordDecision(decision);
      return;
    }
    this.#storeWaiting();
    this.#untilPruning -= 1;
    if (this.#untilPruning > 0) return;
    this.#untilPruning = PRUNE_EVERY;
    this.#database.write((prepare) => {
      prepare(PRUNE).run(KEPT_DECISIONS, PRUNE_AT_MOST);
    });
  }

  recordAttempt(attempt: AttemptRecord): void {
    if (this.#spare.get(attempt.decisionId) !== undefined) {
      this.#spare.recordAttempt(attempt);
      return;
    }
    this.#waiting.delete(attempt.id);
    if (this.#database.write((prepare) => storeAttempt(prepare, attempt))) {
      this.#storeWaiting();
      return;
    }
    this.#waiting.set(attempt.id, attempt);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
  }

  get(id: string): RouteTrace | undefined {
    const spare = this.#spare.get(id);
    if (spare !== undefined) return spare;
    return this.#database.read((prepare) => {
      const row = prepare(SELECT_ONE).get(id) as { record: string } | undefined;
      return row && { decision: JSON.parse(row.record) as RouteDecision, attempts: this.#attemptsOf(prepare, id) };
    });
  }

  list(query: DecisionQuery = {}): readonly RouteTrace[] {
    const { limit = 20, conversationId, before = Number.MAX_SAFE_INTEGER } = query;
    const stored = this.#database.read((prepare) => {
      const rows = (
        conversationId === undefined
          ? prepare(SELECT_NEWEST).all(before, limit)
          : prepare(SELECT_OF_CONVERSATION).all(before, conversationId, limit)
      ) as Row[];
      return rows.map(({ id, record }) => ({
        decision: JSON.parse(record) as RouteDecision,
        attempts: this.#attemptsOf(prepare, id),
      }));
    });
    const spare = this.#spare.list({ ...query, limit });
    if (spare.length === 0) return stored ?? [];
    return [...spare, ...(stored ?? [])]
      .sort((left, right) => right.decision.decidedAt - left.decision.decidedAt)
      .slice(0, limit);
  }

  /** Those of the database, with what waits for it in their places. */
  #attemptsOf(prepare: Prepare, decisionId: string): readonly AttemptRecord[] {
    const stored = attemptsOf(prepare, decisionId);
    if (this.#waiting.size === 0) return stored;
    const waiting = [...this.#waiting.values()].filter((attempt) => attempt.decisionId === decisionId);
    const attempts = stored.filter(({ id }) => !this.#waiting.has(id));
    return [...attempts, ...waiting].toSorted((left, right) => left.ordinal - right.ordinal);
  }

  /** There is room again. */
  #storeWaiting(): void {
    if (this.#waiting.size === 0) return;
    const isStored = this.#database.write((prepare) => {
      for (const attempt of this.#waiting.values()) storeAttempt(prepare, attempt);
    });
    if (isStored) this.#waiting.clear();
  }
}
