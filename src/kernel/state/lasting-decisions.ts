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

/**
 * Decisions and attempts in state.db, seen by every process of the workspace. What the database does not take is kept
 * by `spare`, which is asked first. The last 10,000 decisions are kept, and up to 200 more until they are pruned.
 */
export class LastingDecisions implements DecisionRecorder {
  readonly #database: StateDatabase;
  readonly #spare: DecisionRecorder;
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
    this.#untilPruning -= 1;
    if (this.#untilPruning > 0) return;
    this.#untilPruning = PRUNE_EVERY;
    this.#database.write((prepare) => {
      prepare(PRUNE).run(KEPT_DECISIONS, PRUNE_AT_MOST);
    });
  }

  recordAttempt(attempt: AttemptRecord): void {
    const { id, decisionId, ordinal } = attempt;
    const isSpare = this.#spare.get(decisionId) !== undefined;
    const isStored =
      !isSpare &&
      this.#database.write((prepare) => {
        prepare(UPSERT_ATTEMPT).run(id, decisionId, ordinal, JSON.stringify(attempt));
      });
    if (!isStored) this.#spare.recordAttempt(attempt);
  }

  get(id: string): RouteTrace | undefined {
    const spare = this.#spare.get(id);
    if (spare !== undefined) return spare;
    return this.#database.read((prepare) => {
      const row = prepare(SELECT_ONE).get(id) as { record: string } | undefined;
      return row && { decision: JSON.parse(row.record) as RouteDecision, attempts: attemptsOf(prepare, id) };
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
        attempts: attemptsOf(prepare, id),
      }));
    });
    const spare = this.#spare.list({ ...query, limit });
    if (spare.length === 0) return stored ?? [];
    return [...spare, ...(stored ?? [])]
      .sort((left, right) => right.decision.decidedAt - left.decision.decidedAt)
      .slice(0, limit);
  }
}
